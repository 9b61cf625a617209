"""Requests that somebody presses against a standing backend, each as a scenario: rows as they were before it, its body, its caller."""
