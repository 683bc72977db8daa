"""What a report's text draws from the cases: figures with their sources, answers that its readers may read; never Markdown of
others, and what is not there is said."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from engine.errors import ReportTemplateWrong
from engine.queries import SchoolRow
from engine.store.tables import SchoolCategory
from engine.store.tenancy import Scope, set_scope
from tests.conftest import ROOT
from tests.webapp.conftest import EVIDENCE, engine_of
from webapp.current import now
from webapp.db import db
from webapp.periods import Days
from webapp.reports.drawing import drafted, plain
from webapp.reports.template import Template, load, read

FOLDER = ROOT / "config" / "reports"
SHIPPED = sorted(file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.rglob("*.md"))
HEAD = "---\ntitle: Monthly\nwriters: [seo]\nreaders: [{}]\nevery: month\n---\n"
SCHOOL = SchoolRow("100001", "Elm", "primary", "community", "", "", True)
DAYS = Days(date(2026, 9, 1), date(2026, 9, 30))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_draft_of_it_can_be_made_where_nothing_has_happened(everywhere: Flask, name: str) -> None:
    template = load(FOLDER, name)
    with everywhere.test_request_context():
        set_scope(db.session(), Scope(template.authority, frozenset(template.writers), "somebody"))
        draft = drafted(template, db.session(), DAYS, now(), SCHOOL if template.school else None)
    assert "1 September 2026" in draft.text
    assert "Undefined" not in draft.text
    assert "\n\n\n" not in draft.text


def _of(text: str, readers: str = "") -> Template:
    return read("barnsley/other", HEAD.format(readers) + text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ report.nothing }}", "nothing"),
        ("Line one.\n{{ report.since", "line 2 of its text"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ report.figures.append(1) }}", "not safely callable|unsafe"),
        ("{{ report.session }}{{ ''.__class__.__mro__ }}", "unsafe|undefined"),
    ],
)
def test_what_cannot_be_worked_out_is_said(everywhere: Flask, text: str, reason: str) -> None:
    with everywhere.test_request_context():
        set_scope(db.session(), Scope("barnsley", frozenset({"seo"}), "somebody"))
        with pytest.raises(ReportTemplateWrong, match=reason):
            drafted(_of(text), db.session(), DAYS, now())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("St Mary's (CE) – well-being", "St Mary's (CE) – well-being"),
        ("a *star* and [link](x)", r"a \*star\* and \[link\](x)"),
        ("one\ntwo | three", r"one two \| three"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("R&D and &amp;", r"R&D and \&amp;"),
    ],
)
def test_a_value_is_never_markdown(value: str, said: str) -> None:
    assert plain(value) == said


ANSWERS = (
    '{% for each in report.answers("barnsley-escalation", "document-evidence") %}{{ each }} ({{ each.link }})\n'
    "{% for line in each.lines %}- {{ line }}\n{% endfor %}{% endfor %}"
)


def written(app: Flask, text: str, readers: str = "") -> str:
    """The text of a draft that the SEO has made of a template."""
    with app.test_request_context():
        set_scope(db.session(), Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))
        return drafted(_of(text, readers), db.session(), DAYS, now()).text


def answered(app: Flask) -> None:
    engine = engine_of(app)
    engine.tasks.complete(engine.tasks.open(1)[0].id, EVIDENCE, by="seo@barnsley.example.org")


def test_it_has_what_was_answered_as_far_as_each_of_its_readers_may_read_it(app: Flask, case: int) -> None:
    answered(app)
    assert "Falling results." in written(app, ANSWERS, "head-of-bsa")
    assert "Sampleby Community Primary School ([case 1](/cases/1))" in written(app, ANSWERS, "lead-member")
    assert "Falling results." not in written(app, ANSWERS, "lead-member")
    assert "Falling results." not in written(app, ANSWERS, "head-of-bsa, lead-member")


def test_one_question_is_picked_out(app: Flask, case: int) -> None:
    answered(app)
    text = ANSWERS.replace("each.lines", 'each.only("evidence_summary")')
    assert written(app, text, "head-of-bsa").count("\n- ") == 1


def test_a_figure_is_listed_with_its_cases(app: Flask, case: int) -> None:
    template = _of('{{ report.count("Began", report.began("barnsley-escalation")) }} began')
    with app.test_request_context():
        set_scope(db.session(), Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))
        draft = drafted(template, db.session(), DAYS, now())
    assert draft.text == "1 began"
    about = "Sampleby Community Primary School"
    assert draft.figures == ({"name": "Began", "value": "1", "cases": [{"id": case, "about": about}]},)


@pytest.mark.parametrize(
    "text",
    [
        '{{ report.cases("barnsley-escalation")|length }}',
        '{{ report.began("barnsley-escalation")|length }}',
        '{% for each in report.still_open("barnsley-escalation") %}{{ each }}{% endfor %}',
        '{{ report.passed("barnsley-escalation", "document-evidence")|length }}',
        ANSWERS,
        '{{ report.in_time("barnsley-escalation") }}',
        '{{ report.duty("BAR-ESC-0.2").kept }}',
    ],
)
def test_every_case_that_it_draws_on_is_noted(app: Flask, case: int, text: str) -> None:
    answered(app)
    with app.test_request_context():
        set_scope(db.session(), Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))
        assert drafted(_of(text), db.session(), DAYS, now()).cases == {case}


def test_the_case_of_a_school_put_in_another_category_is_noted(app: Flask, case: int) -> None:
    with app.test_request_context():
        row = SchoolCategory(
            authority="barnsley", urn="100001", category="high", since=now(), reason="Results fell", instance_id=case
        )
        with engine_of(app).transactions.writing(Scope("barnsley", oversees=True), wakes=False) as session:
            session.add(row)
        set_scope(db.session(), Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))
        assert drafted(_of("{{ report.recategorised|length }}"), db.session(), DAYS, now()).cases == {case}


def test_a_case_says_what_it_waits_for_and_a_duty_how_it_was_kept(app: Flask, case: int) -> None:
    text = '{% for each in report.still_open("barnsley-escalation") %}{{ each.stage }}{% endfor %}'
    assert written(app, text) == "SEO evidence summary"
    answered(app)
    assert written(app, '{{ report.duty("BAR-ESC-0.2").kept }}') == "100"
    assert written(app, '{{ report.in_time("barnsley-escalation") }}') == "1 of 1"
