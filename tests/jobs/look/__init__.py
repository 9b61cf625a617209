"""Mirrors harness/jobs/look."""
