"""A decision table that is deployed alone is looked at with the diagrams that ask it and are deployed already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.decisions import parse_decisions
from engine.feel import Feel
from engine.lint import Finding
from engine.lint.bundle import check_bundle, read_bundle
from tests.engine.lint.drawing import around, parsed
from tests.engine.lint.test_tables import GOOD, _table
from tests.engine.lint.test_variables import ASK, KNOWN

FILE = "processes/here/levels.dmn"
OLD = _table(*GOOD)


def asked(how: str = "singleEntry", condition: str = 'level = "high"', decision: str = "d", more: str = "") -> str:
    """A diagram that asks the table, and a gateway after it."""
    task = f'<userTask id="t" name="Judge" {ASK}/><businessRuleTask id="u" camunda:decisionRef="{decision}" '
    task += f'camunda:resultVariable="level" camunda:mapDecisionResult="{how}"/>'
    gateway = '<exclusiveGateway id="g" default="g_e"/><endEvent id="f"/>'
    return around(task + more + gateway, f"s>t t>u u>g g>e g>f[{condition}]")


def alone(
    new: bytes, diagram: str = "", old: bytes = OLD, name: str = "levels.dmn", *, deployed: bool = True
) -> list[Finding]:
    """What is found when a table is checked alone, beside a diagram and the table as it was."""
    there = parsed(diagram or asked(), "p.bpmn")
    before = parse_decisions(old, FILE) if deployed else parse_decisions(new, FILE)
    known = replace(
        KNOWN,
        others=(there,),
        decisions=before,
        tabled=dict.fromkeys(before, FILE) if deployed else {},
        processes=frozenset(there.processes),
        whole=True,
        as_checked=not deployed,
    )
    return check_bundle(read_bundle({name: new}, "here", True, Feel.shared()), known, Feel.shared(), True)


def two_outputs(table: bytes, name: str = "why") -> bytes:
    more = f'<output id="o2" name="{name}" typeRef="string"/><rule id="r1">'.encode()
    entry = b'</outputEntry><outputEntry id="x"><text>"y"</text></outputEntry></rule>'
    return table.replace(b'<rule id="r1">', more).replace(b"</outputEntry></rule>", entry)


def under(key: str) -> bytes:
    return OLD.replace(b'decision id="d"', f'decision id="{key}"'.encode())


def test_one_that_says_what_it_said_is_nothing_wrong() -> None:
    assert alone(OLD) == []


BROKEN = [
    ("PW-881", _table(*GOOD, asked="judgment"), asked()),
    ("PW-872", _table('"good" -> "low"', '"inadequate" -> "hi"'), asked()),
    ("PW-873", _table('"good" -> 1', '"inadequate" -> 2').replace(b'"string"', b'"number"'), asked()),
    ("PW-718", _table(*GOOD, policy="COLLECT"), asked()),
    ("PW-718", _table(*GOOD, policy="RULE ORDER"), asked()),
    ("PW-720", two_outputs(OLD), asked()),
    ("PW-873", _table(*GOOD, policy="COLLECT"), asked().replace('camunda:mapDecisionResult="singleEntry"', "")),
]


@pytest.mark.parametrize(("code", "table", "diagram"), BROKEN)
def test_what_it_breaks_in_a_deployed_diagram_is_found(code: str, table: bytes, diagram: str) -> None:
    assert [(one.code, one.severity) for one in alone(table, diagram)] == [(code, "error")]


def test_an_output_that_a_deployed_diagram_reads_keeps_its_name() -> None:
    diagram = asked("singleResult", 'level.level = "high"')
    renamed = two_outputs(OLD).replace(b'name="level"', b'name="grade"')
    [one] = alone(renamed, diagram, two_outputs(OLD))
    assert (one.code, one.remedy) == ("PW-870", "It has: grade, why.")


def test_another_id_in_the_same_file_is_told_as_what_was_deployed_before_stays_in_use() -> None:
    [one] = alone(under("level_of"))
    assert (one.severity, one.file, one.element) == ("warning", "levels.dmn", "level_of")
    said = '"p" asks the decision "d", which is not in this file any more: it goes on with the one that was deployed before.'
    assert one.message == said
    assert one.remedy == 'Give "level_of" the id "d", or let the diagram ask "level_of" and deploy both.'


def test_a_decision_that_was_taken_out_of_its_file_is_told_though_what_is_left_is_asked() -> None:
    both = OLD.replace(b"</definitions>", OLD[OLD.index(b"<decision ") :]).replace(b'id="d"', b'id="kept"', 1)
    diagram = asked(more='<businessRuleTask id="k" camunda:decisionRef="kept"/>')
    [one] = [each for each in alone(under("kept"), diagram, old=both) if each.code == "PW-993"]
    assert one.remedy == 'Put "d" back, or deploy the file together with a diagram that does not ask it.'


def test_a_file_of_another_name_holds_another_table() -> None:
    assert alone(under("level_of"), name="others.dmn") == []


def test_another_id_that_a_deployed_diagram_asks_is_nothing_wrong() -> None:
    assert alone(under("d2"), asked(decision="d2"), old=under("d2")) == []


def test_where_files_stand_beside_each_other_the_diagram_finds_no_table() -> None:
    [one] = alone(under("d2"), deployed=False)
    assert (one.severity, one.file) == ("error", "levels.dmn")
    assert one.message == '"p" asks the decision "d", which is not in this file any more: it finds none.'
