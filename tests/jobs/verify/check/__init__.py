"""Tests; each folder mirrors harness/."""
