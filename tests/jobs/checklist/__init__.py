"""Mirrors harness/jobs/checklist."""
