"""Mirrors harness/jobs/week."""
