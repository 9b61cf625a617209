"""Mirrors harness/jobs/phase."""
