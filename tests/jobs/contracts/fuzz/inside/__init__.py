"""Mirrors harness/jobs/contracts/fuzz/inside."""
