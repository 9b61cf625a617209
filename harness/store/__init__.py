"""What is kept in files.

goldens    <scenario>.golden.toml, read strictly and written in one layout
accept     changing goldens, with a reason
findings   scenarios/findings.toml
rates      contracts/rates.toml, the independent rate card
history    history.ndjson: writing, reading (cells: folding events into one cell)
canonical  a history's form that two equal runs share byte for byte
runs       runs/<time>/, runs/latest, verdict.json
files      nothing half-written
tomlread, tomlwrite   our TOML, strictly in and stably out
"""
