"""Mirrors harness/jobs."""
