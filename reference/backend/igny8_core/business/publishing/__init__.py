"""Contents on their way to a website."""
