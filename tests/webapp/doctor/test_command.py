"""The command: each thing is ok, a warning or an error, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.doctor.conftest import Asks, line


def test_an_installation_without_errors_ends_with_0(asked: Asks) -> None:
    result = asked()
    assert (result.exit_code, "error   " in result.output) == (0, False), result.output


def test_each_thing_is_told(asked: Asks) -> None:
    said = asked().output
    about = ("Settings", "FEEL", "Database", "Mail", "Files", "Virus scanner", "Connections", "Worker", "Audit trail")
    assert [each for each in about if f" {each}: " not in said] == []


def test_a_warning_says_what_to_do(asked: Asks) -> None:
    assert "warning  Mail: nobody is told by mail\n         Set PATHWAYS_MAIL_HOST" in asked().output


def test_what_is_well_is_left_out_where_only_problems_are_asked_for(asked: Asks) -> None:
    assert "\nok " not in "\n" + asked("--problems").output


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PATHWAYS_FIRES_AT", "noonish", "A setting of the environment is wrong: PATHWAYS_FIRES_AT"),
        ("DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/none", "does not answer"),
        ("DATABASE_URL", "sqlite:////nowhere/none.db", "there is no file"),
    ],
)
def test_what_is_wrong_is_an_error_and_ends_with_1(
    asked: Asks, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    result = asked()
    assert result.exit_code == 1
    assert line(said, result).startswith("error"), result.output


def test_no_password_is_printed(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:9/none")
    assert "secret" not in asked().output


def test_to_look_changes_nothing(installed: Path, asked: Asks) -> None:
    before = installed.read_bytes()
    asked()
    assert installed.read_bytes() == before
