"""``pathways deploy``: files and folders on disk, into a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.deploy import deploy
from engine.cli.schools import schools
from tests.engine.lint.drawing import around

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an authority that holds nothing yet."""
    made = tmp_path / "processes/here"
    made.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    return made


def _run(sqlite_url: str, folder: Path, *arguments: object) -> Result:
    words = [*map(str, arguments), "--plain", "--database", sqlite_url, "--config", str(folder.parents[1] / "config")]
    return CliRunner().invoke(deploy, words)


def _deploy(path: Path, *arguments: str, database: str = "sqlite://", config: Path = ROOT / "config") -> Result:
    return CliRunner().invoke(deploy, [str(path), *arguments, "--database", database, "--config", str(config)])


@pytest.fixture
def diagram(tmp_path: Path) -> Path:
    """A diagram that is in no authority's folder."""
    path = tmp_path / "p.bpmn"
    path.write_text(around('<userTask id="t" name="Answer"/>'))
    return path


def test_a_file_of_no_authority_is_told_to_name_one(diagram: Path) -> None:
    assert "Name an authority with --authority (one of: barnsley," in _deploy(diagram).output


@pytest.mark.parametrize("plain", [[], ["--plain"]])
def test_an_authority_that_there_is_not_is_refused(diagram: Path, plain: list[str]) -> None:
    result = _deploy(diagram, "--authority", "barnsly", *plain)
    assert 'There is no authority "barnsly" in the configuration. Did you mean barnsley?' in result.output


def test_schools_of_an_authority_that_there_is_not_are_refused(tmp_path: Path) -> None:
    register = tmp_path / "schools.csv"
    register.write_text("urn,name,phase,type\n")
    words = [
        "import",
        str(register),
        "--authority",
        "nowhere",
        "--database",
        "sqlite://",
        "--config",
        str(ROOT / "config"),
    ]
    assert 'There is no authority "nowhere"' in CliRunner().invoke(schools, words).output


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("mysql://x", "The database mysql://x cannot be used: "),
        ("nonsense", "The database that was named cannot be used: "),
        ("postgresql://me:secret@localhost:1/x", "The database postgresql://me:***@localhost:1/x cannot be used: "),
        ("sqlite:////nonexist/x.db", "The database sqlite:////nonexist/x.db cannot be used: unable to open"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_to_be(diagram: Path, database: str, says: str) -> None:
    assert says in _deploy(diagram, "--plain", database=database).output


def test_a_diagram_may_end_in_xml(sqlite_url: str, folder: Path) -> None:
    (folder / "p.xml").write_text(around('<userTask id="t" name="Answer"/>'))
    assert _run(sqlite_url, folder, folder).output == "here: p 1\n"


def test_a_folder_without_anything_to_read_is_refused(sqlite_url: str, folder: Path) -> None:
    (folder / "notes.txt").write_text("Later.")
    result = _run(sqlite_url, folder, folder)
    assert result.exit_code == 1
    assert f"There is nothing to read in {folder}" in result.output


def test_a_file_of_another_kind_is_refused(sqlite_url: str, folder: Path) -> None:
    path = folder / "notes.txt"
    path.write_text("Later.")
    result = _run(sqlite_url, folder, path)
    assert result.exit_code == 1
    assert "it is none of the files that can be read (.bpmn, .xml, .dmn, .form)." in result.output


def test_a_process_that_seems_to_be_renamed_is_asked_about_and_not_left_as_a_twin(
    sqlite_url: str, folder: Path
) -> None:
    file = folder / "p.bpmn"
    file.write_text(around('<userTask id="t" name="Answer"/>'))
    assert _run(sqlite_url, folder, folder).exit_code == 0
    file.write_text(around('<userTask id="t" name="Answer"/>').replace('id="p"', 'id="renamed"'))
    result = _run(sqlite_url, folder, folder)
    assert result.exit_code == 1
    assert "the process renamed is new, and seems to be p under another id." in result.output
    assert "--beside" in result.output
    assert "renamed 1" in _run(sqlite_url, folder, folder, "--beside").output
