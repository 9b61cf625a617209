"""Mirrors harness/jobs/score."""
