"""The outbox: events at least once, each subscriber once, ordered per subject."""
