"""Benchmarks: ratios measured in turn in one run, never absolute times alone. Run by `make bench`."""
