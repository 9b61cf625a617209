"""Mirrors harness/jobs/record."""
