"""Check your answers: what goes out, decides or cannot be taken back is shown once more, with what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of

FORM = (
    b'{"id": "decide", "type": "default", "components": ['
    b'{"type": "radio", "key": "way", "label": "What is decided?", "values": [{"value": "notice", "label": "A notice"},'
    b'{"value": "wait", "label": "Wait"}], "validate": {"required": true}},'
    b'{"type": "textarea", "key": "why", "label": "Why?", "validate": {"required": true}}]}'
)
TELL = (
    '<sendTask id="tell" name="Tell" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">headteacher</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">A formal notice</camunda:inputParameter>'
    '<camunda:inputParameter name="text">="The reasons: " + why</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></sendTask>"
)


def drawn(**properties: str) -> bytes:
    asked = prop(**properties) if properties else ""
    return bpmn(
        '<startEvent id="s"/><userTask id="decide" name="Decide on a notice" camunda:formKey="barnsley/decide"'
        f' camunda:candidateGroups="seo">{asked}</userTask><exclusiveGateway id="g" default="f_g_later"/>{TELL}'
        '<userTask id="reply" name="Answer the notice" camunda:candidateGroups="headteacher"/>'
        '<userTask id="later" name="Look again" camunda:candidateGroups="seo"/><endEvent id="e"/><endEvent id="f"/>',
        's>decide decide>g g>tell[way = "notice"] g>later tell>reply reply>e later>f',
        key="decides",
    )


def begun(app: Flask, **properties: str) -> None:
    engine = engine_of(app)
    engine.deployments.deploy(
        {"decides.bpmn": drawn(**properties), "forms/decide.form": FORM}, "barnsley", strict=False
    )
    engine.cases.start("decides", authority="barnsley", school="100001")


def send(browser: Browser, **data: Any) -> str:
    return browser.client.post("/tasks/1", data=data, follow_redirects=True).get_data(as_text=True)


NOTICE = {"way": "notice", "why": "Results have fallen."}


@pytest.fixture
def asked(app: Flask, browser: Browser) -> Browser:
    begun(app)
    return browser.sign_in("seo")


def test_who_is_told_what_is_shown_before_it_goes_out(app: Flask, asked: Browser) -> None:
    page = send(asked, **NOTICE)
    assert "Check your answers" in page
    assert "A notice" in page
    text = " ".join(html.fromstring(page).xpath("string(//main)").split())
    assert "Headteacher is told: A formal notice" in text
    assert "The reasons: Results have fallen." in text
    assert "“Answer the notice” is asked of Headteacher." in text
    assert [each.element for each in engine_of(app).tasks.open()] == ["decide"]


def test_confirming_sends_it(app: Flask, asked: Browser) -> None:
    form = html.fromstring(send(asked, **NOTICE)).xpath("//main//form")[0]
    data = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    assert "You completed “Decide on a notice”" in send(asked, **data)
    assert [each.element for each in engine_of(app).tasks.open()] == ["reply"]
    assert engine_of(app).cases.variables(1)["why"] == "Results have fallen."


def test_a_change_link_leads_to_the_question_with_what_was_answered(asked: Browser) -> None:
    links = html.fromstring(send(asked, **NOTICE)).xpath("//main//a[contains(., 'Change')]/@href")
    assert links == ["/tasks/1#way", "/tasks/1#why"]
    assert "Results have fallen." in asked.get("/tasks/1")[1]


def test_what_only_goes_on_is_not_asked_twice(asked: Browser) -> None:
    assert "You completed" in send(asked, way="wait", why="Let us see.")


def test_what_is_wrong_comes_first(asked: Browser) -> None:
    assert "There is a problem" in send(asked, way="notice")


@pytest.mark.parametrize(
    ("said", "way", "title"), [("true", "wait", "Check your answers"), ("false", "notice", "Done")]
)
def test_the_diagram_has_the_last_word(app: Flask, browser: Browser, said: str, way: str, title: str) -> None:
    begun(app, checkAnswers=said)
    assert title in send(browser.sign_in("seo"), way=way, why="Because.")


def test_a_task_without_questions_says_what_its_button_does(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    last = '<startEvent id="s"/><userTask id="a" name="Close it" camunda:candidateGroups="seo"/><endEvent id="e"/>'
    engine.deployments.deploy({"l.bpmn": bpmn(last, "s>a a>e", key="l")}, "barnsley", strict=False)
    engine.cases.start("l", authority="barnsley")
    page = send(browser.sign_in("seo"))
    assert "Check what follows" in page
    assert "The case ends." in page
    assert "The case has ended." in send(browser, checked="1")
