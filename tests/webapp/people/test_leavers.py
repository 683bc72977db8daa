"""A task that was claimed in a role that is over is nobody's but of those who hold it, whatever other roles are left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engine import Scope
from engine.people.register import day_of
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of
from webapp.current import now
from webapp.people import accounts, keeping
from webapp.people.accounts import Granted

BY = Scope("barnsley", frozenset({"administrator"}), "administrator@barnsley.example.org")
SEO, HEAD = "seo@barnsley.example.org", "headteacher@barnsley.example.org"
ASKS = bpmn(
    '<startEvent id="s"/><userTask id="write" name="Write it" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>write write>e",
    key="asks",
)
#: The contacts' roles that somebody may have left, tied to no school.
CONTACTS = ("headteacher", "clerk", "chair-of-governors")


@pytest.fixture
def task(app: Flask) -> int:
    """A task for school evaluation officers, of a case about no school."""
    engine = engine_of(app)
    engine.deployments.deploy({"asks.bpmn": ASKS}, "barnsley", by="owner", strict=False)
    [found] = engine.tasks.open(engine.cases.start("asks", authority="barnsley"))
    return found.id


def ident(username: str) -> int:
    found = accounts.find(username)
    assert found is not None
    return found.id


def past() -> None:
    day = day_of(now()) - timedelta(days=1)
    keeping.grant(ident(SEO), Granted("seo", until=day), BY)


def future() -> None:
    keeping.grant(ident(SEO), Granted("seo", since=day_of(now()) + timedelta(days=1)), BY)


def withdrawn() -> None:
    keeping.withdraw(ident(SEO), "seo", BY)


def met(browser: Browser, app: Flask, task: int) -> tuple[list[int], str]:
    """What the pages of a task and its case answer, and the task's status after an answer."""
    [row] = engine_of(app).tasks.open()
    case = row.instance_id
    pages = [f"/tasks/{task}", f"/tasks/{task}/files", f"/cases/{case}", f"/cases/{case}/chronology"]
    found = [browser.get(page)[0] for page in pages]
    browser.post(f"/tasks/{task}")
    return found, next((each.status for each in engine_of(app).tasks.open()), "completed")


@pytest.mark.parametrize("left", CONTACTS)
@pytest.mark.parametrize("over", [past, future, withdrawn])
def test_a_former_officer_with_a_contact_s_role_meets_nothing_of_it(
    app: Flask, browser: Browser, task: int, left: str, over: Callable[[], None]
) -> None:
    engine_of(app).tasks.claim(task, by=engine_of(app).people.scope("barnsley", ["seo"], SEO))
    with app.app_context():
        over()
        keeping.grant(ident(SEO), Granted(left), BY)
    assert met(browser.sign_in("seo"), app, task) == ([404] * 4, "open")


def test_nor_does_a_head_who_was_an_officer_for_a_while(app: Flask, browser: Browser, task: int) -> None:
    with app.app_context():
        keeping.grant(ident(HEAD), Granted("seo"), BY)
    browser.sign_in("headteacher").post(f"/tasks/{task}/claim")
    with app.app_context():
        keeping.withdraw(ident(HEAD), "seo", BY)
    assert met(browser.sign_in("headteacher"), app, task) == ([404] * 4, "open")


def test_they_had_it_while_they_held_the_role(app: Flask, browser: Browser, task: int) -> None:
    with app.app_context():
        keeping.grant(ident(HEAD), Granted("seo"), BY)
    browser.sign_in("headteacher").post(f"/tasks/{task}/claim")
    assert met(browser, app, task)[1] == "completed"
