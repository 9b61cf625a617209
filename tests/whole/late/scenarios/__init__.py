"""One request a scenario; what goes on behind its answer says its name."""
