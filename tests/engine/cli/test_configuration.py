"""``pathways check`` reads the authority's own file too: what Pathways could not start with, and what in it does nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.configuration import check_authority
from engine.lint.core import Finding
from engine.lint.project import Project, check_files
from tests.engine.lint.drawing import draw, prop

FILE = """id: here
name: Here
roles:
  - {id: seo, name: Officer, capabilities: [start]}
  - {id: clerk, name: Clerk}
  - {id: head, name: Headteacher, kind: contact}
people:
  - {username: sam@example.org, name: Sam Example, roles: [seo]}
  - {username: clem@example.org, name: Clem Example, roles: [clerk]}
settings:
  answer_within: {value: 10 working days, why: The policy says only soon.}
"""
CALENDAR = """school_year,kind,name,first_day,last_day
2026/27,half-term,autumn 1,2026-09-01,2026-10-23
2026/27,half-term,autumn 2,2026-11-02,2026-12-18
2026/27,half-term,spring 1,2027-01-04,2027-02-12
2026/27,half-term,spring 2,2027-02-22,2027-03-25
2026/27,half-term,summer 1,2027-04-12,2027-05-28
2026/27,half-term,summer 2,2027-06-07,2027-07-23
"""
DUE = 'camunda:dueDate="= settings.answer_within"'


def _diagram(starters: str = "seo", behalf: str = "seo") -> str:
    task = (
        f'<userTask id="t" name="Answer" camunda:formKey="here/ask" camunda:candidateGroups="clerk,head" {DUE}>'
        f"{prop(onBehalf=behalf)}</userTask>"
    )
    drawn = draw(f'<startEvent id="s"/>{task}<endEvent id="e"/>', "s>t t>e")
    return drawn.replace('id="p"', f'id="p" camunda:candidateStarterGroups="{starters}"')


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one authority, in which nothing is wrong."""
    for folder in ("processes/here", "forms/here", "config/authorities", "config/calendars", "config/schools"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/calendars/here.csv").write_text(CALENDAR)
    (tmp_path / "config/schools/here.csv").write_text("urn,name\n120001,Sampleford Primary School\n")
    (tmp_path / "config/authorities/here.yaml").write_text(FILE)
    (tmp_path / "processes/here/p.bpmn").write_text(_diagram())
    (tmp_path / "forms/here/ask.form").write_text(json.dumps({"type": "default", "id": "ask", "components": []}))
    return tmp_path


def _found(project: Path) -> list[Finding]:
    return check_authority(Project(project), "here")


def _changed(project: Path, before: str, after: str) -> list[str]:
    """What is said when the authority's file says one thing for another."""
    assert before in FILE
    (project / "config/authorities/here.yaml").write_text(FILE.replace(before, after, 1))
    return [f"{each.severity} {each.line}: {each.message} {each.remedy}" for each in _found(project)]


def test_a_file_in_which_nothing_is_wrong_is_passed_over(project: Path) -> None:
    assert _found(project) == []


def test_an_authority_without_a_file_is_passed_over(project: Path) -> None:
    assert check_authority(Project(project), "elsewhere") == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("capabilities: [start]", "capabilities: [strat]", "error 1: "),
        ("kind: contact", "kynd: contact", "error 1: "),
        ("roles: [seo]", "roles: [sea]", "error 1: "),
        ("id: here", "id: hare", "error 1: "),
        ("settings:", "settings: [", "error 1: "),
        (
            "answer_within",
            "anser_within",
            'warning 11: nothing reads the setting "anser_within". Did you mean answer_within?',
        ),
        (
            "settings:",
            "settings:\n  visits: {value: 3}",
            'warning 11: nothing reads the setting "visits". Take it out, or read it in a diagram as settings.<name>.',
        ),
        (
            "people:",
            "retention:\n  usual: {archive: P1Y, delete: P7Y, why: x}\n  processes:\n"
            "    q: {archive: P1Y, delete: P6Y, why: x}\npeople:",
            'warning 10: the retention schedule names the process "q", which is not there. Did you mean p?',
        ),
        ("settings:", "retention: {usual: {archive: P1Y, delete: soon, why: x}}\nsettings:", "error 1: "),
        ("name: Clerk", "name: Officer", 'warning 4: 2 roles are called "Officer". Give each a name of its own.'),
        (
            "people:",
            "  - {id: visitor, name: Visitor}\npeople:",
            'warning 7: nothing asks or tells the role "visitor", and it has no capability. '
            "Name it in a diagram, or take it out.",
        ),
        (
            "roles: [clerk]",
            "roles: [seo]",
            'warning 5: tasks are for the role "clerk", which none of the sample people has. Add somebody with it to people.',
        ),
    ],
)
def test_a_slip_in_the_file_is_found(project: Path, before: str, after: str, said: str) -> None:
    [found] = _changed(project, before, after)
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (_diagram(starters="clerk"), "may start a process by its diagram, and has not the capability start"),
        (_diagram(behalf="head"), "is to record answers for others, which only officers can do"),
    ],
)
def test_a_role_that_may_not_do_what_a_diagram_says_is_found(project: Path, drawn: str, said: str) -> None:
    (project / "processes/here/p.bpmn").write_text(drawn)
    [found] = _found(project)
    assert said in found.message


def test_a_form_that_no_diagram_asks_is_found(project: Path) -> None:
    (project / "forms/here/old.form").write_text(json.dumps({"type": "default", "id": "old", "components": []}))
    [found] = _found(project)
    assert Path(found.file).name == "old.form"
    assert found.message == "no diagram of the authority asks this form."


@pytest.mark.parametrize("wrong", ["settings: [", "roles: 3\nsettings: 3", "\xff"])
def test_diagrams_are_checked_all_the_same_where_the_file_cannot_be_read(project: Path, wrong: str) -> None:
    (project / "config/authorities/here.yaml").write_bytes(wrong.encode("latin-1"))
    codes = {each.code for each in check_files([project / "processes/here/p.bpmn"])}
    assert "PW-000" not in codes
    assert [each.severity for each in _found(project)] == ["error"]


def _options(project: Path, name: str, *values: str) -> Path:
    options = [{"label": value.title(), "value": value} for value in values]
    words = {"error": "Select the level", "name": "the level"}
    question = {"type": "radio", "key": "level", "label": "Which level?", "values": options, "properties": words}
    path = project / f"forms/here/{name}.form"
    path.write_text(json.dumps({"type": "default", "id": name, "components": [question]}))
    return path


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (("targeted", "universal"), []),
        (("trageted", "universal"), ["targeted"]),
        (("trageted", "targeted"), []),
        (("low", "universal"), []),
    ],
)
def test_an_option_that_is_nearly_that_of_another_form_is_found(
    project: Path, values: tuple[str, ...], meant: list[str]
) -> None:
    _options(project, "first", "targeted", "universal")
    found = check_files([_options(project, "second", *values)])
    said = [each.message for each in found if "in another form" in each.message]
    assert ["targeted" for each in said if 'is "targeted" in another form that asks for level' in each] == meant


@pytest.mark.parametrize(
    ("row", "severity", "said"),
    [
        ("2027-05-04,removed,May Day", "warning", "2027-05-04 is no bank holiday"),
        ("May,added,X", "error", '"may" is no day'),
    ],
)
def test_the_bank_holidays_are_looked_at_too(project: Path, row: str, severity: str, said: str) -> None:
    folder = project / "config" / "calendars"
    (folder / "bank-holidays.csv").write_text(f"day,change,name\n{row}\n", encoding="utf-8")
    found = [each for each in check_authority(Project(project), "here") if each.file.endswith("bank-holidays.csv")]
    assert [(each.severity, each.line) for each in found] == [(severity, 2)]
    assert said in found[0].message


def _said(project: Path) -> list[str]:
    return [f"{each.severity} {Path(each.file).name}:{each.line}: {each.message}" for each in _found(project)]


def test_an_authority_that_waits_for_dates_has_a_calendar(project: Path) -> None:
    (project / "config/calendars/here.csv").unlink()
    said = "its diagrams wait for dates, and it has no school calendar (config/calendars/here.csv)."
    assert _said(project) == [f"warning here.yaml:1: {said}"]


def test_the_calendar_that_a_school_keeps_is_looked_at(project: Path) -> None:
    (project / "config/calendars/schools").mkdir()
    (project / "config/calendars/schools/120001.csv").write_text("\n".join(CALENDAR.splitlines()[:2]))
    (said,) = _said(project)
    assert said.startswith("error 120001.csv:2: ")


def test_a_calendar_of_no_school_is_told_with_the_school_that_was_meant(project: Path) -> None:
    (project / "config/calendars/schools").mkdir()
    (project / "config/calendars/schools/12001.csv").write_text(CALENDAR)
    assert [each.remedy for each in _found(project)] == ["Did you mean 120001.csv?"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026/27,inset,INSET,2027-01-04,2027-02-04", "2027-01-04 to 2027-02-04 makes 32 INSET days one after another"),
        ("2026/27,inset,INSET,2027-01-09,2027-01-09", "the INSET day 2027-01-09 is a Saturday"),
    ],
)
def test_inset_days_that_are_a_slip_in_a_date_are_told(project: Path, row: str, said: str) -> None:
    (project / "config/calendars/here.csv").write_text(CALENDAR + row)
    assert _said(project) == [f"warning here.csv:8: {said}."]


def test_a_bank_holiday_that_is_added_at_a_weekend_is_told(project: Path) -> None:
    (project / "config/calendars/bank-holidays.csv").write_text("day,change,name\n2026-05-10,added,Crowned\n")
    assert _said(project) == ["warning bank-holidays.csv:2: 2026-05-10 is a Sunday, so nothing is added."]
