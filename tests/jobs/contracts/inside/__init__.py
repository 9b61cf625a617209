"""Mirrors harness/jobs/contracts/inside."""
