"""What a kiosk may give, when, for how much, and how a paper is guarded; plain Python, no database."""
