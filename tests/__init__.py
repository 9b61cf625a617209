"""Tests; each folder mirrors harness/. whole/ is the command as a user runs it; phases/ is the reference backend's own."""
