"""The law and the arithmetic of the copy, in plain Python."""
