"""A form on the page: GOV.UK components that a browser without JavaScript sends back as they were shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from flask import Flask, render_template_string
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.datastructures import MultiDict

import webapp
from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import Form, load_form
from webapp.forms.fields import FormView, form_view

PAGE = """{% from "forms/fields.html" import form_errors, form_fields %}
<!doctype html><html lang="en"><title>t</title><body>
{{ form_errors(view) }}<h1>Task</h1><form method="post" novalidate>{{ form_fields(view) }}
<button type="submit">Continue</button></form></body></html>"""
AREAS = [
    {"label": "Leadership & <governance>", "value": "leadership"},
    {"label": "Attendance", "value": "attendance"},
]
YES_NO = [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]


def question(kind: str, label: str, key: str, **more: Any) -> dict[str, Any]:
    words = {"error": f"Answer {label}", "name": label}
    return {"type": kind, "key": key, "label": label, "validate": {"required": True}, "properties": words, **more}


VISITS = {
    "type": "dynamiclist",
    "path": "visits",
    "label": "Visits",
    "properties": {"entry": "visit"},
    "components": [
        {"type": "text", "text": "One visit."},
        question("textfield", "Name of visitor", "visitor"),
        question("datetime", "Date of visit", "on", validate={}),
        question("checklist", "Areas looked at", "looked_at", values=AREAS, validate={}),
        question("checkbox", "The visit is finished", "finished", validate={}),
    ],
}
EVERYTHING = load_form(
    {
        "type": "default",
        "id": "everything",
        "components": [
            {"type": "text", "text": "# About {{school.name}}\n\nRead **this**."},
            question(
                "textfield",
                "Name",
                "name",
                description="As on the register",
                validate={"required": True, "maxLength": 200},
            ),
            question("textarea", "Reason", "reason", validate={"required": True, "maxLength": 2000}),
            question("textarea", "Notes", "notes", validate={}),
            question("number", "Pupils", "pupils", decimalDigits=0, appearance={"suffixAdorner": "pupils"}),
            question("number", "Share", "share", appearance={"prefixAdorner": "%"}),
            question("datetime", "Date of meeting", "held_on", subtype="date"),
            {"type": "separator"},
            {
                "type": "group",
                "label": "Decision",
                "description": "Both must agree",
                "components": [
                    question("radio", "Do both agree?", "agree", values=YES_NO),
                    question("radio", "Area", "area", values=AREAS, conditional={"hide": '=agree = "no"'}),
                ],
            },
            question(
                "select",
                "Stage",
                "stage",
                values=[{"label": "One", "value": 1}, {"label": "Two", "value": 2}],
            ),
            question("checklist", "Areas of concern", "areas", values=AREAS),
            question("checkbox", "I have read the policy", "read_it"),
            VISITS,
        ],
    }
)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask(__name__)
    templates = FileSystemLoader(str(Path(webapp.__file__).parent / "templates"))
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made.jinja_loader = ChoiceLoader([templates, macros])
    return made


def view(form: Form, variables: Mapping[str, Any] | None = None, roles: Collection[str] = (), **more: Any) -> FormView:
    return form_view(form, variables or {}, Feel.shared(), roles, **more)


def page(app: Flask, shown: FormView) -> Any:
    with app.app_context():
        return lxml.html.document_fromstring(render_template_string(PAGE, view=shown))


def sent(document: Any) -> MultiDict[str, str]:
    """What a browser sends when "Continue" is pressed: line ends as CR LF."""
    (form,) = document.forms
    return MultiDict((name, value.replace("\n", "\r\n")) for name, value in form.form_values())


def texts(document: Any, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in document.xpath(path)]


def of_class(name: str) -> str:
    """An XPath step for elements of this class."""
    return f"*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


def refused(form: Form, typed: MultiDict[str, str]) -> FormInvalid:
    with pytest.raises(FormInvalid) as error:
        form.read(typed, {}, Feel.shared())
    return error.value


# Accessible and whole


@pytest.fixture(scope="module")
def blank_and_refused(app: Flask) -> list[Any]:
    error = refused(EVERYTHING, MultiDict({"held_on-day": "3", "visits-row": "0", "visits-0-on-day": "99"}))
    return [page(app, view(EVERYTHING)), page(app, view(EVERYTHING, posted=error.raw, errors=error.errors))]


def test_ids_are_unique_and_every_reference_is_met(blank_and_refused: list[Any]) -> None:
    for document in blank_and_refused:
        ids = Counter(document.xpath("//@id"))
        assert [each for each, times in ids.items() if times > 1] == []
        named = {each for value in document.xpath("//@aria-describedby | //@for") for each in value.split()}
        assert named <= set(ids)


def test_every_input_has_a_label_and_every_fieldset_a_legend(blank_and_refused: list[Any]) -> None:
    for document in blank_and_refused:
        labelled = set(document.xpath("//label[normalize-space()]/@for"))
        inputs = document.xpath("//input[not(@type='hidden')] | //select | //textarea")
        assert [each.get("id") for each in inputs if each.get("id") not in labelled] == []
        assert all(fieldset.xpath("./legend[normalize-space()]") for fieldset in document.xpath("//fieldset"))
        assert len(document.xpath("//h1")) == 1


def test_the_error_summary_leads_to_each_faulty_input_in_page_order(blank_and_refused: list[Any]) -> None:
    document = blank_and_refused[1]
    links = document.xpath(f"//{of_class('govuk-error-summary')}//a")
    assert [(link.text_content(), link.get("href")) for link in links] == [
        ("Answer Name", "#name"),
        ("Answer Reason", "#reason"),
        ("Answer Pupils", "#pupils"),
        ("Answer Share", "#share"),
        ("Date of meeting must include a month and year", "#held_on-month"),
        ("Answer Do both agree?", "#agree"),
        ("Answer Area", "#area"),
        ("Answer Stage", "#stage"),
        ("Answer Areas of concern", "#areas"),
        ("Answer I have read the policy", "#read_it"),
        ("Answer Name of visitor", "#visits-0-visitor"),
        ("Date of visit must include a month and year", "#visits-0-on-month"),
    ]
    focusable = set(document.xpath("//input/@id | //select/@id | //textarea/@id | //button/@id"))
    assert {link.get("href")[1:] for link in links} <= focusable
    marked = document.xpath(f"//*[@id='held_on']//{of_class('govuk-input--error')}/@id")
    assert marked == ["held_on-month", "held_on-year"]


def test_labels_say_what_is_optional(blank_and_refused: list[Any]) -> None:
    labels = texts(blank_and_refused[0], "//label | //legend")
    assert {"Notes (optional)", "Date of visit (optional)"} <= set(labels)
    assert {"Name", "I have read the policy", "The visit is finished", "Visits"} <= set(labels)


def test_the_text_of_the_form_is_marked_up_and_quotes_the_case_safely(app: Flask) -> None:
    document = page(app, view(EVERYTHING, {"school": {"name": "*St* <b>[x](http://example.org)"}}))
    assert texts(document, "//h2") == ["About *St* <b>[x](http://example.org)"]
    assert texts(document, "//strong") == ["this"]


@pytest.mark.parametrize(
    "hostile", ['"><script>alert(1)</script>', "{{ 7*7 }}", "' onfocus=alert(1) x='", "</textarea><b>"]
)
def test_what_was_typed_is_shown_as_text_only(app: Flask, hostile: str) -> None:
    error = refused(EVERYTHING, MultiDict(dict.fromkeys(("name", "reason", "pupils", "held_on-day", "notes"), hostile)))
    document = page(app, view(EVERYTHING, posted=error.raw, errors=error.errors))
    assert document.xpath("//script | //b | //*[@onfocus]") == []
    typed = sent(document)
    assert [typed[key] for key in ("name", "reason", "pupils", "held_on-day", "notes")] == [hostile] * 5


# There and back


line = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), min_size=1
)
one_line = line.map(str.strip).filter(bool)
several_lines = st.lists(line, min_size=1, max_size=4).map(lambda lines: "\n".join(lines).strip()).filter(bool)
chosen = st.lists(st.sampled_from(["leadership", "attendance"]), unique=True).map(
    lambda some: sorted(some, reverse=True)
)
dates = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
iso = dates.map(lambda day: day.isoformat())
numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(-1e14, 1e14, allow_subnormal=False).filter(
    lambda x: x % 1 != 0
)
visit = st.fixed_dictionaries(
    {"visitor": one_line, "on": st.none() | iso, "looked_at": chosen, "finished": st.booleans()}
)
stored = st.fixed_dictionaries(
    {
        "name": one_line.filter(lambda text: len(text) <= 200),
        "reason": several_lines.filter(lambda text: len(text) <= 2000),
        "notes": st.none() | several_lines,
        "pupils": st.integers(0, 10**6),
        "share": numbers,
        "held_on": iso,
        "agree": st.just("yes"),
        "area": st.sampled_from(["leadership", "attendance"]),
        "stage": st.sampled_from([1, 2]),
        "areas": chosen.filter(bool),
        "read_it": st.just(True),
        "visits": st.lists(visit, max_size=2),
    }
)


@settings(max_examples=40, deadline=None)
@given(values=stored)
def test_values_that_are_shown_and_sent_back_are_the_same(app: Flask, values: dict[str, Any]) -> None:
    shown = page(app, view(EVERYTHING, posted=EVERYTHING.typed(values)))
    assert EVERYTHING.read(sent(shown), {}, Feel.shared()) == values


def test_the_default_values_are_there_at_first(app: Flask) -> None:
    area = question("radio", "Area", "area", values=AREAS, defaultValue="attendance")
    form = load_form({"components": [area, VISITS | {"defaultRepetitions": 2}]})
    document = page(app, view(form))
    assert document.xpath("//input[@checked]/@value") == ["attendance"]
    assert document.xpath("//input[@name='visits-row']/@value") == ["0", "1"]


# Who sees what


SECRET = load_form(
    {
        "components": [
            question(
                "textarea", "Minutes", "minutes", properties={"confidential": "seo,headteacher", "prefill": "keep"}
            ),
            question("textfield", "Name", "name"),
            {"type": "text", "text": "They said {{minutes}} and {{other}}."},
            question("textfield", "Case", "case", readonly=True),
        ]
    }
)
CASE = {"minutes": "Private words", "other": "Hidden words", "case": "A < B"}


def test_a_confidential_question_is_on_the_page_of_its_roles_only(app: Flask) -> None:
    theirs = page(app, view(SECRET, CASE, ["seo"], role_names={"seo": "SEO", "headteacher": "Head teacher"}))
    assert texts(theirs, "//textarea") == ["Private words"]
    assert "said Private words and" in theirs.text_content()
    assert texts(theirs, "//*[@id='minutes-hint']") == [
        "Confidential: only you and these roles will see it: Head teacher, SEO."
    ]
    others = page(app, view(SECRET, CASE, ["clerk"], unseen=["other"]))
    assert others.xpath("//textarea") == []
    assert "words" not in others.text_content()


def test_a_readonly_answer_is_told_and_cannot_be_typed(app: Flask) -> None:
    document = page(app, view(SECRET, CASE))
    assert texts(document, "//dd") == ["A < B"]
    assert document.xpath("//*[@name='case']") == []


def test_what_depends_on_the_pages_own_answers_is_there_with_its_condition(app: Flask) -> None:
    document = page(app, view(EVERYTHING))
    (wrapped,) = document.xpath("//*[@data-condition]")
    assert wrapped.get("data-condition") == 'agree = "no"'
    assert wrapped.xpath(".//input[@name='area']")


def test_what_the_case_has_decided_is_not_there(app: Flask) -> None:
    hide = '=school.aided = false or agree = "no"'
    who = question("textfield", "Representative", "who", conditional={"hide": hide})
    form = load_form({"components": [who, question("radio", "Agree", "agree", values=YES_NO)]})
    assert page(app, view(form, {"school": {"aided": False}})).xpath("//*[@id='who']") == []
    (wrapped,) = page(app, view(form, {"school": {"aided": True}})).xpath("//*[@data-condition]")
    assert wrapped.get("data-condition") == 'agree = "no"'


# Lists and choices


def test_a_list_grows_and_shrinks_by_plain_buttons(app: Flask) -> None:
    document = page(app, view(load_form({"components": [VISITS]}), action="/tasks/1"))
    first, add, *_ = document.xpath("//form//button[not(@name='visits-remove')]")
    assert first.get("name") is None
    assert first.get("hidden") is not None  # what the Enter key presses
    assert (add.get("name"), add.get("type"), add.get("formaction")) == (
        "visits-add",
        "submit",
        "/tasks/1#visits-1",
    )
    typed = MultiDict([*sent(document).items(multi=True), ("visits-add", "1"), ("visits-0-visitor", "Ann")])
    more = load_form({"components": [VISITS]}).edited(typed, {}, Feel.shared())
    again = page(app, view(load_form({"components": [VISITS]}), posted=more))
    assert texts(again, "//button") == [
        "Continue",
        "Remove visit 1",
        "Remove visit 2",
        "Add another visit",
        "Continue",
    ]
    assert texts(again, "//fieldset//fieldset/legend")[0] == "Visit 1"


def test_a_choice_among_nothing_says_so(app: Flask) -> None:
    form = load_form({"components": [question("select", "Member", "member", valuesExpression="=members")]})
    assert "There is nothing to choose from" in page(app, view(form, {"members": []})).text_content()
    assert texts(page(app, view(form, {"members": ["Ann"]})), "//option") == ["Choose one", "Ann"]


inputs = "name reason pupils held_on-day held_on-year area areas stage visits-row visits-0-on-day visits-1-visitor"


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(inputs.split(" ")), st.text(max_size=20)))
def test_whatever_was_typed_can_be_shown_again(app: Flask, typed: dict[str, str]) -> None:
    error = refused(EVERYTHING, MultiDict(typed))
    document = page(app, view(EVERYTHING, posted=error.raw, errors=error.errors))
    assert len(document.xpath(f"//{of_class('govuk-error-summary')}//a")) == len(error.errors)
