"""Whole runs: by button, by schedule, paused, several at once."""
