"""Which roles may see the cases of a process: those of its property ``visibleTo``, else those whom it asks something.

A role that is asked in a case sees that case from then on, whatever the process says (``engine/cases/readers.py``); so does
whoever manages cases (``engine/store/tenancy.py``).
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagram import Diagram, Element, is_feel

#: The role that is everybody's: of a task that names nobody.
EVERYBODY = ""


def asked(diagram: Diagram, key: str) -> list[str]:
    """The roles whom a process asks something by its own diagram: who does its tasks, who answers for them, who reports what
    it waits for. Roles that an expression gives are known when the task is there."""
    elements = (each for each in diagram.elements.values() if each.process == key)
    return sorted({role for element in elements for role in _asked(element)})


def _asked(element: Element) -> Iterable[str]:
    roles = [role for role in element.candidate_groups if not is_feel(role)]
    if element.kind == "userTask" and not element.candidate_groups and not element.assignee:
        roles = [EVERYBODY]
    return [*roles, *element.on_behalf, *element.reported_by]


def visible_to(diagram: Diagram, key: str) -> list[str]:
    """The roles of the property ``visibleTo``; none where it says nothing."""
    return list(dict.fromkeys(diagram.processes[key].visible_to))


def of(visible: Iterable[str], own: Iterable[str], called: Iterable[Iterable[str]]) -> frozenset[str]:
    """The roles that may see the cases of a version: by its property, what its own diagram asks, and what those that it calls
    ask."""
    return frozenset(visible) or frozenset(own).union(*called)
