"""Mirrors harness/jobs/golden."""
