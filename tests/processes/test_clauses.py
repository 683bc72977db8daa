"""Every clause of every authority is carried by an element, and asserted by a story that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from engine.diagram import read

ROOT = Path(__file__).resolve().parent.parent.parent
AUTHORITIES = sorted(path.parent.name for path in ROOT.glob("processes/*/clauses.yaml"))
#: Ranges such as "BAR-ESC-1.3 to 1.8" in the stories of the escalation name all between.
RANGE = re.compile(r"([A-Z]+(?:-[A-Z]+)*-(?:\d+\.)?)(\d+) to (?:\d+\.)?(\d+)")


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


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_each_clause_is_named_by_a_story(authority: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/processes").glob("test_*.py"))
    told = {clause for clause in asked(authority) if re.search(rf"{re.escape(clause)}(?![\d.]*\d)", text)}
    for start, first, last in RANGE.findall(text):
        told |= {f"{start}{number}" for number in range(int(first), int(last) + 1)}
    assert sorted(set(asked(authority)) - told) == []
