"""Mirrors harness/jobs/hand."""
