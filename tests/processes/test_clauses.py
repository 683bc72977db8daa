"""Every clause of every authority is carried by an element, and asserted by a story that names it; that the story comes through
what carries it is told by ``reached.py``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from engine.diagram import read
from tests.processes.reached import RANGE

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
