"""Contracts and fuzzing, seen to pass on what is right and to fail on what is not."""
