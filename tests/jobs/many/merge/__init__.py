"""Mirrors harness/jobs/many/merge."""
