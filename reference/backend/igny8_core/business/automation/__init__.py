"""The seven-stage pipeline, run by hand or by schedule."""
