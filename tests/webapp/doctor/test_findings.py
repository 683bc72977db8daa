"""What a look finds, and a look that fails by itself."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.findings import ERROR, OK, Finding, guarded, ok


def test_what_is_found_is_given() -> None:
    assert guarded("Mail", lambda: iter([ok("Mail", "works")])) == [Finding(OK, "Mail", "works")]


def test_a_look_that_fails_is_an_error_that_says_why() -> None:
    def fails() -> Iterator[Finding]:
        yield ok("Mail", "works")
        raise ValueError("no such thing\nsecond line")

    (found,) = guarded("Mail", fails)
    assert (found.level, found.said) == (ERROR, "could not be looked at: ValueError: no such thing")
