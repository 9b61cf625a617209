"""Mirrors harness/jobs/contracts/judge."""
