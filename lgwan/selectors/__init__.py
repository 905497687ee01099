"""Questions to the room's registers."""
