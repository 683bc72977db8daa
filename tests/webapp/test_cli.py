"""The command ``pathways``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp import create_app
from webapp.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent


def test_it_lists_the_engine_s_commands_and_its_own() -> None:
    said = CliRunner().invoke(main, ["--help"]).output
    assert all(name in said for name in ("check", "deploy", "run", "seed", "worker"))


def test_files_are_deployed_and_a_second_time_are_nothing_new(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'cli.db'}"
    command = [
        "deploy",
        str(ROOT / "processes/barnsley"),
        str(ROOT / "forms/barnsley"),
        "--note",
        "First",
        "--database",
        database,
        "--config",
        str(ROOT / "config"),
    ]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert "barnsley-escalation 1" in first.output, first.output
    assert "nothing is new" in CliRunner().invoke(main, command).output


def test_a_diagram_that_cannot_run_is_refused_with_reasons(tmp_path: Path) -> None:
    file = tmp_path / "broken.bpmn"
    file.write_text("<definitions/>", encoding="utf-8")
    done = CliRunner().invoke(
        main, ["deploy", str(file), "--authority", "luton", "--database", f"sqlite:///{tmp_path / 'cli.db'}"]
    )
    assert done.exit_code == 1
    assert "not deployed; nothing has been changed" in done.output


def test_seeding_a_database_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'seed.db'}")
    done = CliRunner().invoke(main, ["seed"])
    assert done.exit_code == 0, done.output
    assert "processes deployed" in done.output, done.output


def test_an_account_is_made_and_what_is_wrong_with_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'accounts.db'}")
    base = ["account", "new@example.org", "--name", "Nia New", "--authority", "barnsley"]
    short = CliRunner().invoke(main, [*base, "--role", "seo", "--password", "short"])
    assert short.exit_code == 1
    assert "12 characters or more" in short.output
    wrong = CliRunner().invoke(main, [*base, "--role", "wizard", "--password", "long enough for all"])
    assert wrong.exit_code == 1
    assert "barnsley has no role wizard" in wrong.output
    done = CliRunner().invoke(main, [*base, "--role", "seo", "--password", "long enough for all"])
    assert done.exit_code == 0, done.output
    assert "new@example.org can sign in." in done.output, done.output
    client = create_app({"WTF_CSRF_ENABLED": False}).test_client()
    answer = client.post("/sign-in", data={"username": "new@example.org", "password": "long enough for all"})
    assert answer.headers["Location"] == "/tasks"
