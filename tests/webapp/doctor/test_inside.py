"""What is inside the database: its version, the sample, roles, the audit trail."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from tests.webapp.doctor.conftest import Asks, line
from webapp.cli import main


def change(place: Path, *statements: str) -> None:
    with create_engine(f"sqlite:///{place}").begin() as connection:
        for each in statements:
            connection.execute(text(each))


def test_tables_of_an_older_version_are_an_error(installed: Path, asked: Asks) -> None:
    change(installed, "UPDATE alembic_version SET version_num = 'e001' WHERE version_num LIKE 'e%'")
    assert line("its tables are of another version", asked()).startswith("error")


def test_an_audit_trail_that_was_altered_is_an_error(installed: Path, asked: Asks) -> None:
    with create_engine(f"sqlite:///{installed}").begin() as connection:
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit_entry SET why = 'Another.' WHERE authority = 'luton' AND seq = 1"))
    assert "of luton: entry 1 was altered" in asked().output


def test_an_authority_that_nobody_administers_is_an_error(installed: Path, asked: Asks) -> None:
    change(installed, "UPDATE account SET closed = 1 WHERE authority = 'luton'")
    assert line("Luton (sample): nobody administers it", asked()).startswith("error")


def test_roles_that_nobody_holds_are_a_warning(asked: Asks) -> None:
    assert line("School Evaluation Officer (SEO)", asked()).startswith("warning  Barnsley")


def test_a_retention_schedule_that_is_not_set_is_a_warning(asked: Asks) -> None:
    assert line("Luton (sample): it has no retention schedule", asked()).startswith("warning")


def test_invented_people_in_it_are_an_error(tmp_path: Path, asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'sample.db'}")
    assert CliRunner().invoke(main, ["seed"]).exit_code == 0
    assert line("holds invented people", asked()).startswith("error")
