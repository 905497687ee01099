"""Prefectures, municipalities, wards as offices, the bodies that staff belong to, and the address masters."""
