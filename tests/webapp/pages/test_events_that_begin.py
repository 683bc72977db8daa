"""What is reported and begins a case: whoever reports it is told so before, and comes to the case."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

from engine import queries
from engine.clock import VirtualClock
from engine.forms import load_form
from engine.queries import ReportableEvent
from tests.processes.story import Story, prepare
from tests.webapp.conftest import Browser, engine_of

AUTHORITIES = {"barnsley": 2, "cheshire-east": 3, "luton": 4, "redcar-cleveland": 2}
"""How many messages that begin a case the people of each authority report."""


def begun_by_report(app: Flask) -> list[ReportableEvent]:
    """The events of the shipped diagrams that people report and that begin a case."""
    with engine_of(app).reading() as session:
        return [each for each in queries.reportable_events(session) if each.listeners]


def typed(app: Flask, story: Story, event: ReportableEvent, urn: str) -> dict[str, Any]:
    """What somebody sends of the form of an event."""
    with engine_of(app).reading() as session:
        content = queries.form(session, event.form_id)
        seen = queries.event_variables(session, event.message, urn)
    answers = story._values(load_form(content), seen, event.roles[0], {}) if content else {}
    sent: dict[str, Any] = {}
    for key, value in answers.items():
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            year, month, day = value.split("-")
            sent |= {f"{key}-day": day, f"{key}-month": month, f"{key}-year": year}
        elif value is not None:
            sent[key] = {True: "true", False: ""}.get(value, value) if isinstance(value, bool) else value
    return sent


def where_it_begins(browser: Browser, app: Flask, event: ReportableEvent) -> str:
    """A school of which the page says that the event begins a case."""
    with engine_of(app).reading() as session:
        urns = [row.urn for row in queries.schools(session)]
    pages = ((urn, browser.get(f"/schools/{urn}/events/{event.message}")[1]) for urn in urns)
    return next((urn for urn, page in pages if "Begins “" in unescape(page)), "")


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_whatever_begins_a_case_leads_to_it(everywhere: Flask, clock: VirtualClock, authority: str) -> None:
    prepare(engine_of(everywhere), authority)
    story, browser = Story(engine_of(everywhere), clock, authority), Browser(everywhere.test_client())
    came, events = [], begun_by_report(everywhere)
    for event in events:
        browser.sign_in(event.roles[0], authority)
        urn = where_it_begins(browser, everywhere, event)
        status, page = browser.post(f"/schools/{urn}/events/{event.message}", **typed(everywhere, story, event, urn))
        came.append((event.message, status, "It went to <a" in page))
        # What was said before is said no more once a case of the process is open, and no other would begin.
        again = unescape(browser.get(f"/schools/{urn}/events/{event.message}")[1])
        came[-1] += ("Begins “" in again and "Case" not in again,)
    assert came == [(event.message, 200, True, False) for event in events]
    assert len(events) == AUTHORITIES[authority]
