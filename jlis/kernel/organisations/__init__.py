"""Prefectures, municipalities, wards as offices, the bodies that staff and clients belong to, and the address masters."""
