"""Papers of the centre: the guarded face, the scrambled back, and reading both again. Data in, bytes out."""
