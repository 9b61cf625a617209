"""Writing tasks, the contents they yield, and their images."""
