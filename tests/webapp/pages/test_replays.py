"""The page that plays last year's cases through another version or a file."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.webapp.conftest import EVIDENCE, ROOT, Browser, engine_of

ADDRESS = "/processes/barnsley-escalation/replay"
XML = (ROOT / "processes/barnsley/barnsley-escalation.bpmn").read_text(encoding="utf-8")


def played(browser: Browser, xml: str) -> str:
    """The page after a file was played."""
    answer = browser.sign_in("process-owner").client.post(
        ADDRESS, data={"file": (io.BytesIO(xml.encode()), "mine.bpmn")}
    )
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


@pytest.fixture
def answered(app: Flask, browser: Browser, case: int) -> int:
    """A case whose first task is done."""
    engine = engine_of(app)
    (task,) = engine.tasks.open(case)
    engine.tasks.complete(task.id, EVIDENCE, by="seo@barnsley.example.org")
    return case


def test_the_same_file_changes_nothing(browser: Browser, answered: int) -> None:
    assert "1 case: 0 would go another way, 0 would have other dates or people, 1 would be the same." in played(
        browser, XML
    )


def test_another_due_date_is_told(browser: Browser, answered: int) -> None:
    page = played(browser, XML.replace("10 working days", "15 working days"))
    assert "1 would have other dates" in page
    assert "SEO evidence summary: 28 September 2026, and was 21 September 2026" in page


def test_a_version_that_is_deployed(browser: Browser, answered: int) -> None:
    browser.sign_in("process-owner")
    assert "Play the cases through it" in browser.get(ADDRESS)[1]
    number = browser.get("/processes/barnsley-escalation")[1].split("/definitions/")[1].split(".")[0]
    assert "1 would be the same" in " ".join(browser.get(f"{ADDRESS}?version={number}")[1].split())


@pytest.mark.parametrize(("content", "told"), [(b"", "Select a .bpmn file"), (b"no", "is not well-formed XML")])
def test_what_cannot_be_played_says_why(browser: Browser, content: bytes, told: str) -> None:
    data = {"file": (io.BytesIO(content), "mine.bpmn")} if content else {}
    answer = browser.sign_in("process-owner").client.post(ADDRESS, data=data)
    assert answer.status_code == 400
    assert told in answer.get_data(as_text=True)
