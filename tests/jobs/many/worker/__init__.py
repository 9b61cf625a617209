"""Mirrors harness/jobs/many/worker."""
