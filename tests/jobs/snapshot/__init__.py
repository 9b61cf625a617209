"""Mirrors harness/jobs/snapshot."""
