"""Mirrors harness/jobs/golden/review."""
