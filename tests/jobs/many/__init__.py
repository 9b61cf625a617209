"""Mirrors harness/jobs/many."""
