"""Mirrors harness/jobs/contracts/fuzz."""
