"""The pages call people, roles and days by their names: a walk over what two officers and a headteacher see."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from lxml import html

from tests.webapp.conftest import EVIDENCE, Browser, engine_of

#: Pages that a walk looks at: every kind of page is among the first.
MOST = 40
#: Ids of roles that are no words of English.
ROLES = r"\bseo\b|\b(?:head|chair|service|system|process|lead|quality|bsa|challenge)-(?:of-)?[a-z]+"
WRONG = {
    "a user name": re.compile(r"\S+@barnsley\.example\.org"),
    "the id of a role": re.compile(ROLES),
    "an ISO date": re.compile(r"\b20\d\d-\d\d-\d\d"),
    "None": re.compile(r"\bNone\b"),
    "a separator that separates nothing": re.compile(r"^[:,–]|[,–]$", re.M),
}
#: /accessibility gives the council's address on purpose; /account says to its owner by which address they sign in, /told where they get mail; the sample shows mails as they are.
LEFT_OUT = re.compile(
    r"/account$|/accessibility$|/told|/export|/sample/mail|/static|/edit|\.bpmn|/processes/|/coverage|\?|#|^http|^mailto|/link/"
)


def walked(browser: Browser, first: str) -> dict[str, str]:
    """The text of the pages that links lead to, the nearest first."""
    found: dict[str, str] = {}
    waiting = [first]
    while waiting and len(found) < MOST:
        address = waiting.pop(0)
        if address in found:
            continue
        _, page = browser.get(address)
        tree = html.fromstring(page)
        found[address] = _text(tree)
        waiting += [href for link, _, href, _ in tree.iterlinks() if link.tag == "a" and not LEFT_OUT.search(href)]
    return found


def _text(tree: html.HtmlElement) -> str:
    """What is read in the main part of a page: each text by itself."""
    main = tree.xpath("//main//*[not(self::script)]")
    return "\n".join(" ".join(each.text_content().split()) for each in main if each.tag not in ("div", "script"))


@pytest.fixture
def busy(app: Flask, browser: Browser, case: int) -> Browser:
    """A browser, when a case for a school has gone on, one without a school waits, and an event was reported."""
    browser.post("/tasks/1", **EVIDENCE)
    browser.sign_in("head-of-bsa").post("/tasks/2/claim")
    when = {"resolved_on-day": "4", "resolved_on-month": "9", "resolved_on-year": "2026", "resolved_how": "A head."}
    browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **when)
    engine_of(app).cases.start("barnsley-concerns-maintained", school="100002", authority="barnsley", by="import")
    return browser


@pytest.mark.parametrize("role", ["seo", "service-director"])
def test_no_page_says_what_only_the_machine_reads(busy: Browser, role: str) -> None:
    pages = walked(busy.sign_in(role), "/tasks") | walked(busy, "/cases/1")
    said = {
        f"{address}: {what}: {match.group()}"
        for address, text in pages.items()
        for what, pattern in WRONG.items()
        for match in [pattern.search(text)]
        if match
    }
    assert not said
