"""What the policies ask for, and what carries it."""

from __future__ import annotations

import json
import re
from html import unescape

from flask import Flask

from tests.engine.running import deploy
from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of

STORY = "test_barnsley_escalation::test_a_secondary_school_has_no_sisg"


def test_each_document_lists_its_duties_with_what_carries_them(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/coverage")
    assert "30 of 30 duties are carried" in page
    assert "32 of 32 duties are carried" in page
    assert "BAR-ESC-0.2" in page
    assert "SEO evidence summary, in" in page
    assert "Nothing yet" not in page
    assert page.count('<details class="govuk-details app-document">') == 2, "a line a document, its duties folded"


def test_another_authority_sees_none_of_it(browser: Browser) -> None:
    _, page = browser.sign_in("seo", "elsewhere").get("/coverage")
    assert "BAR-" not in page
    assert "no register of clauses" in page


def test_each_duty_names_its_stories_and_what_they_went_through(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/coverage")
    row = page.split('id="BAR-ESC-0.3"')[1].split("</tr>")[0]
    assert "A secondary school has no sisg" in row
    assert "through Head of BSA decision" in row
    assert f"/coverage/BAR-ESC-0.3/{STORY}" in unescape(row)
    assert "No story yet" not in page


def test_a_story_is_shown_on_the_diagram_with_what_it_went_through(browser: Browser) -> None:
    status, page = browser.sign_in("seo").get(f"/coverage/BAR-ESC-0.3/{STORY}")
    assert status == 200
    assert "BAR-ESC-0.3" in page
    drawn = re.search(r"data-active='([^']*)'\s+data-completed='([^']*)'", page)
    assert drawn is not None
    carrying, went = (json.loads(unescape(each)) for each in drawn.groups())
    assert carrying == ["consider-evidence"]
    assert set(carrying) < set(went)
    assert "(carries the duty)" in page
    assert "not in this version" not in page


def test_a_duty_whose_element_was_taken_out_of_the_diagram_is_shown_by_no_story(app: Flask, browser: Browser) -> None:
    """The stories are of the diagrams that come with Pathways; what counts is what is deployed."""
    other = bpmn(
        f'{prop(clause="BAR-ESC-0.2")}<startEvent id="s"/><endEvent id="e"/>', "s>e", key="barnsley-escalation"
    )
    deploy(engine_of(app), other, "barnsley-escalation", "barnsley")
    _, page = browser.sign_in("seo").get("/coverage")
    row = page.split('id="BAR-ESC-0.3"')[1].split("</tr>")[0]
    assert "Nothing yet" in row
    assert "No story yet" in row
    _, page = browser.get(f"/coverage/BAR-ESC-0.3/{STORY}")
    assert "that the story went through" in page


def test_no_story_is_shown_of_another_authority_or_another_duty(browser: Browser) -> None:
    browser.sign_in("seo")
    assert browser.get(f"/coverage/LUT-IN.2/{STORY}")[0] == 404
    assert browser.get("/coverage/BAR-ESC-0.3/test_luton_notice::test_a_notice_is_extended")[0] == 404
