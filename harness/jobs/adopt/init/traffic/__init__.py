"""Requests that somebody presses against a standing backend, each as a scenario: rows as they were before it, its body, its caller.

door     the way in: requests as they come, carried to the backend as somebody whom it knows
bodies   what a request carried: JSON, a form, an upload
rows     the world that a request met, as rows of a scenario
written  what came of it, as files
"""
