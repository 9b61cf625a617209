"""Mirrors harness/jobs/worker."""
