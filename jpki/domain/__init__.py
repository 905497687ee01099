"""The law and the arithmetic of the certificates, in plain Python."""
