"""Requests that cost nothing: refused ones, and settings."""
