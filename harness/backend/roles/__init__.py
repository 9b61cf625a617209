"""The target's own programs: what harness.toml says of them, and what is usual where it says nothing.

described   [roles] of harness.toml, read
places      what they write and read beside a run's own folders
usual       commands and readiness of web server, worker and beat, from what was found by looking
"""
