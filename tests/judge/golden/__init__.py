"""Mirrors harness/judge/golden."""
