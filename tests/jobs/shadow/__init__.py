"""Mirrors harness/jobs/shadow."""
