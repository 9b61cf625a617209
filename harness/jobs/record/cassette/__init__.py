"""`harness cassette`: look at, lint and compare cassettes."""
