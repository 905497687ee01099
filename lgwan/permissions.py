"""What the room lets people and clients do."""
