"""What was reported to a case, as somebody may read it."""

from __future__ import annotations

from flask import Flask

from engine import EventReport, Scope
from tests.webapp.conftest import Browser, engine_of

SEO = Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org")


def test_what_was_recorded_is_read_in_the_words_of_its_form(app: Flask, browser: Browser) -> None:
    engine, school = engine_of(app), "100001"
    case = engine.cases.start(
        "barnsley-concerns-maintained", school=school, authority="barnsley", variables={"concern": "leadership"}
    )
    engine.messages.report(EventReport("concern-resolved", {"resolved_how": "A new head."}, school, case), SEO)
    _, page = browser.sign_in("service-director").get(f"/cases/{case}")
    line = page.partition("Reported: Concern resolved")[2].partition("</details>")[0]
    assert "resolved?" in line
