"""`harness record`: make the shipped cassettes again.

cassette/   `harness cassette`: look at, lint and compare them
fake/       `harness fake`: the provider fake alone
"""
