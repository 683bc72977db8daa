"""Files and what was changed in the browser: files never put over it unless that is said, and export writes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Config, Engine, Scope
from engine.cli.deploy import deploy
from engine.cli.export import export
from engine.configuration import Setting, write_settings

PAT = Scope("here", frozenset(), "pat@here.example.org")
FILE = """# Ours
id: here
name: Here
roles:
  - {id: seo, name: Officer}  # a comment

# What the policy leaves open
settings:
  answer: {value: 10 school days, why: So it was}

deployment: {approval: seo}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config/authorities/here.yaml"
    made.parent.mkdir(parents=True)
    made.write_text(FILE.replace("deployment: {approval: seo}\n", ""))
    return made


def run(file: Path, database: str, command: object = deploy, *more: str) -> tuple[int, str]:
    config = str(file.parents[1])
    words = [str(file.parents[2] if command is export else file), *more, "--database", database, "--config", config]
    done = CliRunner().invoke(command, words)  # type: ignore[arg-type]
    return done.exit_code, done.output


@pytest.fixture
def changed(sqlite_url: str, file: Path) -> Iterator[Engine]:
    engine = Engine(sqlite_url, config=Config.load(file.parents[1]))
    said = write_settings({"answer": Setting("answer", "5 school days", "Shorter")})
    engine.configuration.hand_in("settings", said, 1, "Shorter", PAT)
    yield engine
    engine.dispose()


def counts(engine: Engine) -> object:
    engine.transactions.authorities.forget()
    with engine.reading():
        return engine.transactions.world.settings("here")["answer"]


def test_a_file_is_not_put_over_what_was_changed_in_the_browser(changed: Engine, file: Path, sqlite_url: str) -> None:
    code, said = run(file, sqlite_url)
    assert code == 1
    assert "Settings: version 2 came from the browser, by pat@here.example.org. The file would change:" in said
    assert "Setting “answer”: value changed from “5 school days” to “10 school days”." in said
    assert "pathways export" in said
    assert counts(changed) == "5 school days"


def test_a_file_is_put_over_it_when_that_is_said(changed: Engine, file: Path, sqlite_url: str) -> None:
    assert run(file, sqlite_url, deploy, "--replace") == (0, "here: Settings 3\n")
    assert counts(changed) == "10 school days"
    assert run(file, sqlite_url) == (0, "here: nothing is new\n")


def test_a_file_that_came_after_a_file_is_deployed(changed: Engine, file: Path, sqlite_url: str) -> None:
    run(file, sqlite_url, deploy, "--replace")
    file.write_text(file.read_text().replace("10 school days", "15 school days"))
    assert run(file, sqlite_url) == (0, "here: Settings 4\n")
    assert counts(changed) == "15 school days"


def test_export_writes_it_back_into_the_authoritys_file_and_leaves_all_else(
    changed: Engine, file: Path, sqlite_url: str
) -> None:
    code, said = run(file, sqlite_url, export)
    assert code == 0
    assert "config/authorities/here.yaml" in said
    text = file.read_text()
    assert text.startswith("# Ours\nid: here\n")
    assert "  - {id: seo, name: Officer}  # a comment\n\n# What the policy leaves open\nsettings:\n" in text
    assert "value: 5 school days" in text
    assert run(file, sqlite_url, export) == (0, "")
    assert run(file, sqlite_url) == (0, "here: nothing is new\n")


def test_nothing_is_exported_where_nothing_was_changed(file: Path, sqlite_url: str) -> None:
    assert run(file, sqlite_url, export) == (0, "")
