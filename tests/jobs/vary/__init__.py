"""Mirrors harness/jobs/vary."""
