"""The room's papers: data in, bytes out."""
