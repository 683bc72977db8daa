"""Bad arguments end a command with one line that says what is wrong, and no trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.engine.lint.drawing import around
from webapp.cli import main

DIAGRAM = "processes/barnsley/barnsley-complaint.bpmn"


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with its tables, and nothing in them."""
    url = f"sqlite:///{tmp_path}/x.db"
    assert _run("db", "upgrade", "--database", url).exit_code == 0
    return url


def _said(result: Result) -> str:
    """The last line of an error that somebody can read."""
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit), result.exception
    return result.output.strip().splitlines()[-1]


@pytest.mark.parametrize("day", ["9999-01-01", "0001-01-01", "1999-12-31"])
@pytest.mark.parametrize(
    "words", [("rehearse", DIAGRAM, "--since"), ("calendar", "next", "1 term", "--authority", "barnsley", "--from")]
)
def test_a_day_that_no_calendar_has(words: tuple[str, ...], day: str) -> None:
    assert f"{day} is not between 2000 and 2199." in _said(_run(*words, day))


def test_a_year_that_ends_before_it_begins() -> None:
    said = _said(_run("rehearse", DIAGRAM, "--since", "2030-01-01", "--until", "2020-01-01"))
    assert said == "Error: Invalid value for --until: 2020-01-01 is not after 2030-01-01."


def test_a_place_in_which_nothing_can_be_written(database: str, tmp_path: Path) -> None:
    assert _run("deploy", DIAGRAM, "forms/barnsley", "--database", database).exit_code == 0
    (tmp_path / "file").write_text("x")
    said = _said(_run("export", tmp_path / "file/folder", "--database", database))
    assert said == f"Error: {tmp_path}/file/folder/processes/barnsley: Not a directory."


def test_a_folder_that_is_called_like_a_file(tmp_path: Path) -> None:
    project = tmp_path / "processes/here"
    for name in ("folder.bpmn", "folder.dmn"):
        (project / name).mkdir(parents=True)
    (tmp_path / "config").mkdir()
    (project / "p.bpmn").write_text(around('<userTask id="t" name="Answer" camunda:candidateGroups="seo"/>'))
    result = _run("rehearse", project / "p.bpmn", "--config", tmp_path / "config")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
@pytest.mark.parametrize("words", [("run", "--port"), ("worker", "--metrics-port")])
def test_a_port_that_there_is_not(words: tuple[str, ...], port: str) -> None:
    assert f"{port} is not in the range" in _said(_run(*words, port))


def test_an_authority_whose_calendar_is_asked_for_is_one_that_there_is() -> None:
    said = _said(_run("calendar", "next", "1 month", "--from", "2026-07-14", "--authority", "lutn"))
    assert 'There is no authority "lutn" in the configuration. Did you mean luton?' in said
