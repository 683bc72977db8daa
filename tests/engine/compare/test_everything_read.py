"""Everything that the engine reads of a diagram: a change of it is told. The cases are those of the supported table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from engine.diagram import BPMN, CAMUNDA, nodes
from engine.lint.properties import OF_PROCESSES, PROPERTIES
from engine.lint.supported import ATTRIBUTES, EVENTS
from tests.engine.compare.cases import CASE, EVENT, TASK
from tests.engine.compare.comparing import told
from tests.engine.lint.drawing import around, draw, prop

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "processes").rglob("*.bpmn"))


def read_by_the_engine() -> list[str]:
    """The names in the table of what the engine reads; a name with its exception as lint says it counts once."""
    rows = [name.strip().partition("=")[0] for row in ATTRIBUTES for name in row.split(",")]
    return sorted(set(rows))


def test_every_row_of_the_supported_table_has_a_case() -> None:
    assert sorted(CASE) == read_by_the_engine()


@pytest.mark.parametrize("name", CASE)
def test_a_change_of_what_the_engine_reads_is_told(name: str) -> None:
    before, after = CASE[name]
    assert told(before, after)


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_change_of_a_property_is_told(name: str) -> None:
    before, after = (around(TASK.format("", prop(**{name: each}))) for each in ("one", "two"))
    (change,) = told(before, after)
    assert (change.before, change.after) == ("one", "two")


@pytest.mark.parametrize("name", OF_PROCESSES)
def test_a_change_of_a_process_s_property_is_told(name: str) -> None:
    before, after = (draw(prop(**{name: each}) + '<startEvent id="s"/>') for each in ("one", "two"))
    (change,) = told(before, after)
    assert (change.before, change.after) == ("one", "two")


@pytest.mark.parametrize(
    "kind", sorted({kind for kinds in EVENTS.values() for kind in kinds} - {"multiple", "parallelMultiple"})
)
def test_another_type_of_event_is_told(kind: str) -> None:
    none = EVENT.format("" if kind != "none" else "<timerEventDefinition/>")
    some = EVENT.format(f"<{kind}EventDefinition/>" if kind != "none" else "")
    assert told(around(none), around(some))


#: What kind of expression it is: FEEL here always, and never read.
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def _unlike(content: bytes, seen: set[tuple[str, str, str]]) -> Iterator[tuple[str, bytes]]:
    """The file with one attribute or text changed, once for each that stands at its kind of element."""
    root = etree.fromstring(content)
    for node in root.iter(f"{{{BPMN}}}*", f"{{{CAMUNDA}}}*"):
        where = nodes.local(node), nodes.local(parent) if (parent := node.getparent()) is not None else ""
        for key, changed, back in _changes(node):
            if (*where, key) not in seen:
                seen.add((*where, key))
                changed()
                yield f"{where[0]} {key or 'text'}", etree.tostring(root)
                back()


def _changes(node: etree._Element) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """What may be changed of an element: an attribute's name, or nothing for its text; how it is changed, and put back."""
    for key, value in list(node.attrib.items()):
        if str(key) not in ("id", TYPE) and nodes.local(node) != "definitions":
            other = "true" if value == "false" else f"{value}x"
            yield str(key), partial(node.set, key, other), partial(node.set, key, value)
    text = node.text or ""
    if text.strip() and nodes.local(node) not in ("incoming", "outgoing"):
        yield "", partial(setattr, node, "text", f"{text}x"), partial(setattr, node, "text", text)


def test_nothing_that_the_shipped_diagrams_say_changes_unseen() -> None:
    seen: set[tuple[str, str, str]] = set()
    tried = [
        (path.name, what)
        for path in SHIPPED
        for what, changed in _unlike(path.read_bytes(), seen)
        if not told(path.read_bytes(), changed)
    ]
    assert tried == []
    assert len(seen) > 100
