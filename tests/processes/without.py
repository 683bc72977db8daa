"""Which clauses are carried by an element without which their stories fail: for each, its elements are made to do nothing, and the
stories that name it are run. ``python -m tests.processes.without [CLAUSE ...]`` (all of them: ``make stories-needed``) tells the
clauses whose stories all pass nevertheless.

An activity passes its token on, an event that is waited for never comes, one that is thrown says nothing, and a gateway takes its
default. Where a process begins, and where ways only part or meet, there is nothing to leave out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from lxml import etree

from engine.diagram import read
from tests.processes import told

ROOT = Path(__file__).resolve().parent.parent.parent
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
NEVER = "never"
ACTIVITIES = {"userTask", "sendTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity", "subProcess"}
DECIDING = {"exclusiveGateway", "inclusiveGateway"}
WAITING = {"startEvent", "boundaryEvent", "intermediateCatchEvent"}
TIMED = {"timerRule", "from", "retime", "statutory", "catchUp"}


def changed(files: Mapping[str, bytes], clause: str) -> dict[str, bytes]:
    """The files of an authority, in which nothing carries this clause any more."""
    return {
        name: _without(content, name, clause) if name.endswith(".bpmn") else content for name, content in files.items()
    }


def _without(content: bytes, name: str, clause: str) -> bytes:
    carrying = [
        each.id for each in read(content, name).elements.values() if clause in each.clauses and each.id != each.process
    ]
    if not carrying:
        return content
    root = etree.fromstring(content)
    _add_never(root)
    for element in [each for each in root.iter(f"{BPMN}*") if each.get("id") in carrying]:
        _silence(element)
    return etree.tostring(root)


def _add_never(root: etree._Element) -> None:
    """A message and an escalation that nobody sends."""
    process = root.find(f"{BPMN}process")
    assert process is not None
    for kind in ("message", "escalation"):
        process.addprevious(etree.Element(f"{BPMN}{kind}", id=f"{NEVER}-{kind}", name=NEVER))


def _silence(element: etree._Element) -> None:
    kind = etree.QName(element).localname
    if kind in ACTIVITIES:
        _pass(element)
    elif kind in DECIDING:
        _take_the_default(element)
    elif kind in WAITING:
        _never(element)
    elif kind in ("intermediateThrowEvent", "endEvent"):
        _say_nothing(element)


def _pass(element: etree._Element) -> None:
    """An activity does nothing; an event subprocess never begins."""
    if element.get("triggeredByEvent") == "true":
        for start in element.findall(f"{BPMN}startEvent"):
            _never(start)
        return
    for child in list(element):
        if etree.QName(child).localname not in ("incoming", "outgoing"):
            element.remove(child)
    for name in [each for each in element.attrib if each not in ("id", "name")]:
        del element.attrib[name]
    element.tag = f"{BPMN}task"


def _take_the_default(gateway: etree._Element) -> None:
    scope = gateway.getparent()
    assert scope is not None
    for flow in scope.findall(f"{BPMN}sequenceFlow[@sourceRef='{gateway.get('id')}']"):
        for condition in flow.findall(f"{BPMN}conditionExpression"):
            condition.text = "= false"


def _never(event: etree._Element) -> None:
    for definition in [each for each in event if etree.QName(each).localname.endswith("EventDefinition")]:
        kind = etree.QName(definition).localname.removesuffix("EventDefinition")
        if kind in ("message", "escalation"):
            definition.set(f"{kind}Ref", f"{NEVER}-{kind}")
        elif kind == "conditional":
            for condition in definition:
                condition.text = "= false"
        elif kind == "timer":
            _in_a_century(event, definition)


def _in_a_century(event: etree._Element, definition: etree._Element) -> None:
    for child in list(definition):
        definition.remove(child)
    etree.SubElement(definition, f"{BPMN}timeDuration", {XSI_TYPE: "bpmn:tFormalExpression"}).text = "P100Y"
    for each in [one for one in event.iter(f"{CAMUNDA}property") if one.get("name") in TIMED]:
        each.getparent().remove(each)


def _say_nothing(event: etree._Element) -> None:
    for definition in [each for each in event if etree.QName(each).localname.endswith("EventDefinition")]:
        event.remove(definition)


def stories_of(clause: str) -> list[str]:
    """The stories that name a clause and come through it, as pytest takes them."""
    rows = [row for rows in told.kept().values() for row in rows.items()]
    return [f"tests/processes/{name.replace('::', '.py::')}" for name, row in rows if clause in row["clauses"]]


def verdict(clause: str) -> str:
    """What became of a clause's stories without its elements: ``needed``, ``passes``, or why neither can be said."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--every-database",
        "-k",
        "sqlite",
        "-p",
        "no:cacheprovider",
        "--tb=short",
        f"--without={clause}",
    ]
    said = subprocess.run([*command, *stories_of(clause)], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if re.search(r": in _fill$", said, re.M):  # tests/processes/conftest.py, where the diagrams are put in
        return "not deployed"
    return "needed" if re.search(r"^(FAILED|ERROR) ", said, re.M) else "passes"


def main(clauses: Iterable[str]) -> int:
    """Tell what became of each clause; 1 where one has no story that needs it."""
    every = sorted({clause for rows in told.kept().values() for row in rows.values() for clause in row["clauses"]})
    found = {}
    for clause in list(clauses) or every:
        found[clause] = verdict(clause)
        print(f"{clause}: {found[clause]}", flush=True)
    weak = [clause for clause, said in found.items() if said != "needed"]
    print(
        f"{len(found) - len(weak)} of {len(found)} clauses have a story that fails without what carries them. {' '.join(weak)}"
    )
    return bool(weak)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
