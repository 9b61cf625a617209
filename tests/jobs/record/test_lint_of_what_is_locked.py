"""`harness cassette lint` looks for secrets in what is locked of a run, too."""

from __future__ import annotations

from pathlib import Path

from harness.jobs.record.cassette.run import in_what_is_locked

KEY = "sk-9dF3kQ0pLmX71bTz"


def test_a_secret_in_a_surface_is_an_error_and_a_person_is_told(tmp_path: Path):
    """Claim: a key that a target gave back in an answer is found where the answer is locked; an address of somebody is a warning."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sell.surface").write_text(f'http GET /settings/ {{}} => 200 {{"key":"{KEY}"}}\n')
    (tmp_path / "shop" / "sell.golden.toml").write_text('why = "as anna@harbour-roasters.de said"\n')
    (tmp_path / "shop" / "sell.py").write_text(f"KEY = '{KEY}'\n")
    found = list(in_what_is_locked(tmp_path, None, tmp_path / "nowhere"))
    assert {(one.cassette, one.severity) for one in found} == {("shop/sell.surface", "error"), ("shop/sell.golden.toml", "warning")}  # fmt: skip
    assert {one.code for one in found} == {"cassette-secret"}
    assert not [one for one in found if KEY in one.message]
