"""Mirrors harness/jobs/checklist/criteria."""
