"""The law and the arithmetic of the card, in plain Python."""
