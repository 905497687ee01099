"""Papers: A4 frames, carried fonts, page numbers and seals. Data in, bytes out; nothing here asks the database."""
