"""Mirrors harness/jobs/checklist/findings."""
