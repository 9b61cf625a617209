"""What an error says of a program that ended."""

from __future__ import annotations

from harness.core.errors import last_lines


def test_the_end_of_what_a_program_said_is_one_line():
    """Claim: empty lines and margins do not count; of a program that said nothing that is told."""
    said = "first\n\n  second  \n   \nthird\r\nfourth\n\n"
    assert last_lines(said) == "second | third | fourth"
    assert last_lines(said, 1) == "fourth"
    assert (last_lines(" \n\n"), last_lines("", none="nothing")) == ("none", "nothing")
