"""The processes tier. `boots` (marked stack) tests boot real servers; ordinary.py makes an ordinary user out of root."""
