"""``pathways deploy``: files and folders on disk, into a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.deploy import deploy
from tests.engine.lint.drawing import around


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an authority that holds nothing yet."""
    made = tmp_path / "processes/here"
    made.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    return made


def _run(sqlite_url: str, *arguments: object) -> Result:
    words = [*map(str, arguments), "--plain", "--database", sqlite_url, "--config", "config"]
    return CliRunner().invoke(deploy, words)


def test_a_diagram_may_end_in_xml(sqlite_url: str, folder: Path) -> None:
    (folder / "p.xml").write_text(around('<userTask id="t" name="Answer"/>'))
    assert _run(sqlite_url, folder).output == "here: p 1\n"


def test_a_folder_without_anything_to_read_is_refused(sqlite_url: str, folder: Path) -> None:
    (folder / "notes.txt").write_text("Later.")
    result = _run(sqlite_url, folder)
    assert result.exit_code == 1
    assert f"There is nothing to read in {folder}" in result.output


def test_a_file_of_another_kind_is_refused(sqlite_url: str, folder: Path) -> None:
    path = folder / "notes.txt"
    path.write_text("Later.")
    result = _run(sqlite_url, path)
    assert result.exit_code == 1
    assert "it is none of the files that can be read (.bpmn, .xml, .dmn, .form)." in result.output
