"""What a database holds when a phase arrives, and what is on its way: used by `harness phase`, run like any other."""
