"""What was submitted, to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lxml.html
import pytest
from flask import Flask, render_template_string
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

import webapp
from engine.forms import load_form
from webapp.forms.answers import Answer, answers

YES_NO = [{"label": "Yes, both", "value": "yes"}, {"label": "No", "value": "no"}]
FORM = load_form(
    {
        "components": [
            {"type": "radio", "key": "agree", "label": "Do both agree?", "values": YES_NO},
            {"type": "checklist", "key": "areas", "label": "Areas", "values": YES_NO},
            {"type": "datetime", "key": "held_on", "label": "Date of meeting"},
            {"type": "checkbox", "key": "done", "label": "Done"},
            {"type": "textarea", "key": "minutes", "label": "Minutes", "properties": {"confidential": "seo"}},
            {
                "type": "dynamiclist",
                "path": "visits",
                "label": "Visits",
                "components": [
                    {"type": "textfield", "key": "who", "label": "Name"},
                    {"type": "datetime", "key": "on", "label": "Date"},
                ],
            },
        ]
    }
)
VALUES: dict[str, Any] = {
    "agree": "yes",
    "areas": ["no", "old answer"],
    "held_on": "2026-10-04",
    "done": False,
    "minutes": "one\ntwo <b>",
    "visits": [{"who": "Ann", "on": "2026-09-01"}],
    "stranger": "x",
}


def test_answers_are_in_words_and_in_the_forms_order() -> None:
    assert answers(FORM, VALUES, ["clerk"], "ann", "bea") == [
        Answer("Do both agree?", "Yes, both", key="agree"),
        Answer("Areas", ["No", "old answer"], key="areas"),
        Answer("Date of meeting", "4 October 2026", key="held_on"),
        Answer("Done", "No", key="done"),
        Answer("Visits", ["Name: Ann; Date: 1 September 2026"], key="visits"),
    ]


def test_an_option_of_an_expression_is_called_as_it_was_when_it_was_chosen() -> None:
    options = (
        '=concatenate([{label: "More is \\"needed\\"", value: "more"}], if old then [{value: 3, label: "No"}] else [])'
    )
    form = load_form(
        {
            "components": [
                {"type": "radio", "key": "decision", "label": "Decision", "valuesExpression": options},
                {"type": "checklist", "key": "ways", "label": "Ways", "valuesExpression": options},
            ]
        }
    )
    given = {"decision": "more", "ways": [3, "another"]}
    assert [each.text for each in answers(form, given, [], "ann", "bea")] == ['More is "needed"', ["No", "another"]]


@pytest.mark.parametrize(
    ("roles", "author", "viewer", "seen"),
    [
        (["seo"], "ann", "bea", True),
        (["clerk"], "ann", "ann", True),
        (["clerk"], "ann", "bea", False),
        ([], "", "", False),
    ],
)
def test_a_confidential_answer_is_for_its_roles_and_its_author(
    roles: list[str], author: str, viewer: str, seen: bool
) -> None:
    labels = [answer.label for answer in answers(FORM, VALUES, roles, author, viewer) if answer.confidential]
    assert labels == (["Minutes"] if seen else [])


def test_what_was_not_put_is_left_out_and_what_was_left_blank_is_said() -> None:
    assert answers(FORM, {"held_on": None, "areas": []}, [], "ann", "ann") == [
        Answer("Areas", "Not answered", key="areas"),
        Answer("Date of meeting", "Not answered", key="held_on"),
    ]


def test_values_of_another_shape_are_shown_without_harm() -> None:
    odd = {"agree": {"a": 1}, "areas": 3, "held_on": [1], "visits": {"a": 1}, "minutes": 2.5}
    assert all(isinstance(answer.text, str) for answer in answers(FORM, odd, ["seo"], "", ""))


def test_the_summary_list_keeps_lines_and_marks_what_is_confidential() -> None:
    app = Flask(__name__)
    templates = FileSystemLoader(str(Path(webapp.__file__).parent / "templates"))
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([templates, macros])
    source = '{% from "forms/answers.html" import answers_list %}{{ answers_list(answers) }}'
    with app.app_context():
        html = lxml.html.fromstring(render_template_string(source, answers=answers(FORM, VALUES, ["seo"], "", "")))
    assert [each.text_content().split() for each in html.xpath("//dt")][4] == ["Minutes", "Confidential"]
    assert [each.tag for each in html.xpath("//dd")[4]] == ["br"]
    assert " ".join(html.xpath("//dd")[4].itertext()).split() == ["one", "two", "<b>"]
