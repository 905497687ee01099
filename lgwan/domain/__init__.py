"""The rules of the network and of what is served on it, in plain Python."""
