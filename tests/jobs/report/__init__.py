"""Mirrors harness/jobs/report."""
