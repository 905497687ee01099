"""What is done in the room: one flow a file."""
