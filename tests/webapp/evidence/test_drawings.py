"""The diagrams of a story, each with the path that was taken."""

from __future__ import annotations

from flask import Flask

from engine import Scope, queries
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from webapp.evidence.drawings import drawings
from webapp.evidence.pack import Drawn


def drawn(app: Flask) -> Drawn:
    with engine_of(app).reading(Scope("barnsley", frozenset(), "x", oversees=True)) as session:
        [made] = drawings(session, queries.case_rows(session, [1]))
    return made


def test_where_the_case_stands_is_marked(app: Flask, browser: Browser, case: int) -> None:
    made = drawn(app)
    assert ">now<" in made.picture.svg
    browser.post("/tasks/1", **EVIDENCE)
    assert drawn(app).picture.svg != made.picture.svg


def test_a_drawing_is_named_by_its_case_and_version(app: Flask, browser: Browser, case: int) -> None:
    made = drawn(app)
    assert (made.name, made.process) == ("case-1-barnsley-escalation-version-1", "barnsley-escalation-version-1")
    assert made.picture.name == "Case 1: Schools escalation process"
    assert made.bpmn.startswith(b"<?xml")
