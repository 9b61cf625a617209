"""Mirrors harness/backend/phases."""
