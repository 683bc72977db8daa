"""Every clause of every authority is carried by an element, and asserted by a story that names it and comes through that: by what
was measured when the stories ran (``told.py``), which a run of stories compares with what it sees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.diagram import read
from tests.processes import told
from tests.processes.reached import RANGE, carriers

ROOT = Path(__file__).resolve().parent.parent.parent
AUTHORITIES = sorted(path.parent.name for path in ROOT.glob("processes/*/clauses.yaml"))


def asked(authority: str) -> dict[str, list[str]]:
    """The processes of each clause id."""
    data = yaml.safe_load((ROOT / "processes" / authority / "clauses.yaml").read_text(encoding="utf-8"))
    return {row["id"]: [part.strip() for part in row["process"].split(",")] for row in data["clauses"]}


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_each_clause_is_carried_by_an_element_and_no_other_is_named(authority: str) -> None:
    named = {
        clause
        for path in ROOT.glob(f"processes/{authority}/*.bpmn")
        for element in read(path.read_bytes(), path.name).elements.values()
        for clause in element.clauses
    }
    assert named == set(asked(authority))


def counted(authority: str, clause: str) -> set[str]:
    """The ids of the acts that proof of policy counts for a clause."""
    return {
        element.id
        for path in ROOT.glob(f"processes/{authority}/*.bpmn")
        for element in read(path.read_bytes(), path.name).elements.values()
        if clause in element.clauses and clause not in element.clauses_in_part and element.acts
    }


@pytest.mark.parametrize(
    ("authority", "clause", "acts"),
    [
        ("redcar-cleveland", "RED-9.4", {"director-decides"}),
        ("redcar-cleveland", "RED-8B.3", {"answer-consultation"}),
        ("barnsley", "BAR-ESC-1.7", set()),
        ("luton", "LUT-1.6", set()),
    ],
)
def test_only_the_act_that_a_clause_asks_for_counts_as_its_duty(authority: str, clause: str, acts: set[str]) -> None:
    assert counted(authority, clause) == acts


def test_an_ordinary_decision_of_the_smg_is_no_direction_of_the_secretary_of_state() -> None:
    assert "determine-notice" not in counted("redcar-cleveland", "RED-8A.6")


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_each_clause_is_named_by_a_story(authority: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/processes").glob("test_*.py"))
    told = {clause for clause in asked(authority) if re.search(rf"{re.escape(clause)}(?![\d.]*\d)", text)}
    for start, first, last in RANGE.findall(text):
        told |= {f"{start}{number}" for number in range(int(first), int(last) + 1)}
    assert sorted(set(asked(authority)) - told) == []


def lacking(authority: str, rows: dict[str, dict[str, Any]]) -> set[str]:
    """The clauses of an authority that no story among these carries: none that says so and went through an element of it."""
    shown = {
        clause
        for row in rows.values()
        for process, elements in row["went"].items()
        for element in ("", *elements)
        for clause in carriers().get((process, element), set()) & set(row["clauses"])
    }
    return set(asked(authority)) - shown


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_each_clause_has_a_story_that_goes_through_what_carries_it(authority: str) -> None:
    assert lacking(authority, told.kept()[authority]) == set(), f"add a story that names these, and run: {told.WRITE}"


def test_a_clause_without_its_story_is_lacking() -> None:
    rows = told.kept()["luton"]
    without = {name: row for name, row in rows.items() if "LUT-IN.2" not in row["clauses"]}
    assert lacking("luton", without) == {"LUT-IN.2"}


def test_a_story_that_goes_through_no_element_of_a_clause_does_not_carry_it() -> None:
    rows = told.kept()["luton"]
    elsewhere = {name: {**row, "went": {"luton-ri-academy": ["academy-good"]}} for name, row in rows.items()}
    assert "LUT-IN.2" in lacking("luton", elsewhere)


def test_what_is_kept_of_the_stories_is_told_by_tests_on_diagrams_that_there_are() -> None:
    rows = {name: row for each in told.kept().values() for name, row in each.items()}
    drawn = {(process, element) for process, (_, elements) in told.places().items() for element in elements}
    assert sorted(steps(rows) - drawn) == [], f"run: {told.WRITE}"
    assert sorted(rows.keys() - told.tests()) == [], f"run: {told.WRITE}"


def steps(rows: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    """All that stories went through: process and element."""
    return {(process, step) for row in rows.values() for process, went in row["went"].items() for step in went}


def test_a_story_that_went_another_way_than_is_kept_is_noticed() -> None:
    [(name, row)] = list(told.kept()["luton"].items())[:1]
    other = {**row, "went": {**row["went"], "luton-ri-academy": ["academy-good"]}}
    assert told.differing({"luton": {name: row}}, [name], whole=False) == []
    assert told.differing({"luton": {name: other}}, [name], whole=False) == [name]
