"""A case that could not begin: what whoever began it reads, and what managers see and do."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of

FILE = bpmn(
    '<startEvent id="s"/><exclusiveGateway id="g" name="Above the limit?"/><userTask id="a"/><endEvent id="e"/>',
    "s>g g>a[1 > limit] a>e",
).replace(b'id="p"', b'id="p" name="Review" camunda:candidateStarterGroups="seo"', 1)


@pytest.fixture
def refused(app: Flask, browser: Browser) -> tuple[int, str]:
    """What an officer reads whose case could not begin."""
    deploy(app, FILE)
    return browser.sign_in("seo").post("/start/p/authority")


def deploy(app: Flask, xml: bytes) -> None:
    engine_of(app).deployments.deploy({"p.bpmn": xml}, "barnsley", by="owner", strict=False)


def test_the_officer_reads_that_it_could_not_begin_and_that_a_manager_was_told(refused: tuple[int, str]) -> None:
    status, page = refused
    assert status == 202
    assert '<h1 class="govuk-heading-l">The case could not begin</h1>' in page
    assert "a manager has been told" in page
    assert "need not be entered again" in page


@pytest.mark.parametrize("page", ["/overview", "/cases"])
def test_managers_see_what_could_not_begin_and_who_began_it(refused: object, browser: Browser, page: str) -> None:
    _, text = browser.sign_in("service-director").get(page)
    assert "“Review” could not begin. The condition of the flow" in text
    assert "begun by" in text
    assert "Nothing waits to be mended." not in text


def test_a_manager_has_it_begun_when_the_diagram_is_mended(app: Flask, refused: object, browser: Browser) -> None:
    browser.sign_in("service-director")
    _, page = browser.post("/incidents/1/retry")
    assert "It failed again" in page
    deploy(app, FILE.replace(b"limit<", b"0<"))
    _, page = browser.post("/incidents/1/retry")
    assert "It is being tried again." in page
    assert "could not begin" not in page
    assert [task.element for task in engine_of(app).tasks.open()] == ["a"]


def test_a_manager_lets_it_rest(refused: object, browser: Browser) -> None:
    _, page = browser.sign_in("service-director").post("/incidents/1/rest")
    assert "It rests: nothing is begun" in page
    assert "could not begin" not in page
    assert browser.post("/incidents/1/rest")[0] == 404


def test_an_officer_may_not_let_it_rest(refused: object, browser: Browser) -> None:
    assert browser.post("/incidents/1/rest")[0] == 403
