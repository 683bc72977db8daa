"""Drafts are kept on the server with their history; two who draw in one lose nothing; files never undo what a browser changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Engine, Scope, queries
from engine.cli.deploy import deploy
from engine.cli.export import export
from engine.clock import VirtualClock
from engine.errors import DrawingNotFound, DrawingUnusable
from engine.queries.drawings import BROWSER
from engine.services.drawings import MOST_SAVES
from tests.engine.lint.drawing import around

PAT, SAM = Scope("here", username="pat@here.example.org"), Scope("here", username="sam@here.example.org")
FIRST = around('<task id="t" name="First"/>').encode()


def drawn(name: str) -> bytes:
    return FIRST.replace(b"First", name.encode())


@pytest.fixture
def version(engine: Engine) -> int:
    """The id of the deployed version."""
    engine.deployments.deploy({"p.bpmn": FIRST}, "here", strict=False)
    with engine.reading(PAT) as session:
        return queries.latest_definition(session, "p").id


@pytest.fixture
def read(engine: Engine) -> Callable[[int], bytes]:
    """The diagram of a draft."""

    def content(drawing_id: int) -> bytes:
        with engine.reading(PAT) as session:
            return queries.drawing(session, drawing_id)[1]

    return content


def test_a_draft_is_saved_as_it_is_drawn(engine: Engine, version: int, read: Callable[[int], bytes]) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    saved = engine.drawings.save(begun.id, drawn("Two"), begun.number, PAT)
    assert (saved.id, saved.number, saved.name) == (begun.id, 2, "Draft 1")
    assert read(saved.id) == drawn("Two")


def test_two_who_draw_in_one_draft_are_told_and_neither_loses_a_stroke(
    engine: Engine, version: int, read: Callable[[int], bytes]
) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    engine.drawings.save(begun.id, drawn("Pat's"), begun.number, PAT)
    second = engine.drawings.save(begun.id, drawn("Sam's"), begun.number, SAM)
    assert second.beside == PAT.username
    assert second.name == "Draft 1, beside"
    assert read(begun.id) == drawn("Pat's")
    assert read(second.id) == drawn("Sam's")


def test_what_is_drawn_in_a_draft_that_has_ended_is_kept_beside_it(
    engine: Engine, version: int, read: Callable[[int], bytes]
) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    engine.drawings.end(begun.id, SAM)
    later = engine.drawings.save(begun.id, drawn("Later"), begun.number, PAT)
    assert later.beside == SAM.username
    assert read(later.id) == drawn("Later")


def test_the_history_of_a_draft_holds_a_line_for_each_sitting(
    engine: Engine, version: int, clock: VirtualClock, read: Callable[[int], bytes]
) -> None:
    saved = engine.drawings.begin(version, drawn("0"), PAT)
    for number in range(1, 4):
        clock.advance(timedelta(minutes=1 if number < 3 else 10))
        saved = engine.drawings.save(saved.id, drawn(str(number)), saved.number, PAT)
    with engine.reading(PAT) as session:
        assert [each.number for each in queries.drawing_saves(session, saved.id)] == [4, 3, 1]
    engine.drawings.restore(saved.id, PAT, number=1)
    assert read(saved.id) == drawn("0")


def test_the_history_of_a_draft_has_an_end(engine: Engine, version: int, clock: VirtualClock) -> None:
    saved = engine.drawings.begin(version, drawn("0"), PAT)
    for number in range(1, MOST_SAVES + 3):
        clock.advance(timedelta(minutes=10))
        saved = engine.drawings.save(saved.id, drawn(str(number)), saved.number, PAT)
    with engine.reading(PAT) as session:
        assert len(queries.drawing_saves(session, saved.id)) == MOST_SAVES


def test_a_discarded_draft_can_be_had_back(engine: Engine, version: int) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    engine.drawings.end(begun.id, PAT)
    assert engine.drawings.newest("p", PAT) is None
    engine.drawings.restore(begun.id, PAT)
    found = engine.drawings.newest("p", PAT)
    assert found is not None
    assert found.id == begun.id


def test_a_draft_is_hidden_by_no_deployment(engine: Engine, version: int) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    engine.deployments.deploy({"p.bpmn": drawn("Two")}, "here", strict=False)
    found = engine.drawings.newest("p", PAT)
    assert found is not None
    assert (found.id, found.based_on) == (begun.id, version)


@pytest.mark.parametrize("content", [b"", b"  ", b"x" * 5_000_001])
def test_what_is_no_draft_is_not_saved(engine: Engine, version: int, content: bytes) -> None:
    with pytest.raises(DrawingUnusable):
        engine.drawings.begin(version, content, PAT)


@pytest.mark.parametrize("name", ["", " ", "x" * 121])
def test_a_name_that_is_none(engine: Engine, version: int, name: str) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    with pytest.raises(DrawingUnusable):
        engine.drawings.rename(begun.id, name, PAT)


def test_another_authority_sees_no_draft(engine: Engine, version: int) -> None:
    begun = engine.drawings.begin(version, drawn("One"), PAT)
    other = Scope("town", username="tess@town.example.org")
    for command in (
        lambda: engine.drawings.save(begun.id, drawn("x"), 1, other),
        lambda: engine.drawings.end(begun.id, other),
        lambda: engine.drawings.restore(begun.id, other),
    ):
        with pytest.raises(DrawingNotFound):
            command()


# -- files and the browser -----------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the diagram as a file."""
    for folder in ("processes/here", "config/authorities"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/authorities/here.yaml").write_text("id: here\nname: Here\nroles: [{id: seo, name: Officer}]\n")
    (tmp_path / "processes/here/p.bpmn").write_bytes(FIRST)
    return tmp_path


def run(project: Path, url: str, *words: str) -> str:
    """`pathways deploy` of the project's file."""
    said = [str(project / "processes/here/p.bpmn"), "--plain", "--database", url, "--config", str(project / "config")]
    return CliRunner().invoke(deploy, [*said, *words]).output


@pytest.fixture
def changed(project: Path, sqlite_url: str) -> Engine:
    """The diagram was deployed from its file, and then changed in the browser; a called form brings no other."""
    run(project, sqlite_url)
    made = Engine(sqlite_url)
    made.deployments.deploy({"p.bpmn": drawn("Browser")}, by=PAT, note="Better", strict=False, origin=BROWSER)
    return made


def test_files_are_not_put_over_what_was_changed_in_the_browser(
    changed: Engine, project: Path, sqlite_url: str
) -> None:
    told = run(project, sqlite_url)
    assert "version 2 was deployed in the browser by pat@here.example.org" in told
    assert "Task “First” was called “Browser”." in told
    with changed.reading(PAT) as session:
        assert queries.latest_definition(session, "p").version == 2


def test_files_are_put_over_it_when_that_is_said(changed: Engine, project: Path, sqlite_url: str) -> None:
    assert "here: p 3" in run(project, sqlite_url, "--replace")
    assert "nothing is new" in run(project, sqlite_url)


def test_export_writes_what_is_deployed_back(changed: Engine, project: Path, sqlite_url: str) -> None:
    words = [str(project), "--database", sqlite_url, "--config", str(project / "config")]
    assert "p.bpmn" in CliRunner().invoke(export, words).output
    assert (project / "processes/here/p.bpmn").read_bytes() == drawn("Browser")
    assert CliRunner().invoke(export, words).output == ""
    assert "nothing is new" in run(project, sqlite_url)
