"""{media} and {logs_dir} are empty when a cell begins, whatever the one before left there."""

from __future__ import annotations

from harness.stack.roles import files


def test_what_was_left_is_gone_and_an_open_log_goes_on(tmp_path):
    """Claim: uploads go with their folders; a log file that a role holds open is emptied and stays its own."""
    files.make(tmp_path)
    media, logs = tmp_path / files.MEDIA, tmp_path / files.LOGS
    (media / "2026" / "01").mkdir(parents=True)
    (media / "2026" / "01" / "a.png").write_bytes(b"a")
    (media / "elsewhere").symlink_to(tmp_path)
    (tmp_path / "kept").write_text("kept")
    with (logs / "app.log").open("a") as log:
        log.write("before\n")
        log.flush()
        files.empty(tmp_path)
        assert list(media.iterdir()) == []
        assert (tmp_path / "kept").read_text() == "kept"
        log.write("after\n")
    assert (logs / "app.log").read_text() == "after\n"
