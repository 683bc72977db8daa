"""Which elements of the diagrams the stories reached: told after each run, and a run of all stories that leaves one out fails.

A plugin, since under xdist the stories run in other processes than the one that tells.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Engine
from engine.diagram import read
from engine.store.tables import History, ProcessDefinition

ROOT = Path(__file__).resolve().parent.parent.parent
#: Elements that never complete by themselves: a compensation boundary event only marks what is compensated.
UNSEEN: dict[str, set[str]] = {"redcar-warning-notice-powers": {"powers-taken"}}
#: Of this process: the elements that were completed, by the key of their process.
reached: dict[str, set[str]] = defaultdict(set)
_told: dict[str, set[str]] = defaultdict(set)


def note(engine: Engine) -> None:
    """Note what the cases of a story completed."""
    with engine.reading() as session:
        steps = select(ProcessDefinition.key, History.element).join(
            ProcessDefinition, ProcessDefinition.id == History.definition_id
        )
        for key, element in session.execute(steps.where(History.how == "completed").distinct()):
            reached[key].add(element)


def drawn() -> dict[str, set[str]]:
    """The flow nodes of every diagram, by the key of its process."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(ROOT.glob("processes/*/*.bpmn")):
        for element in read(path.read_bytes(), path.name).elements.values():
            if element.id not in UNSEEN.get(element.process, ()):
                found[element.process].add(element.id)
    return found


def missing() -> dict[str, list[str]]:
    """What no story reached, by process."""
    return {key: sorted(elements - _told[key]) for key, elements in drawn().items() if elements - _told[key]}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what it noted."""
    for key, elements in getattr(node, "workeroutput", {}).get("reached", {}).items():
        _told[key].update(elements)


def pytest_sessionfinish(session: Any) -> None:
    """A worker hands over what it noted; the process that tells fails when all stories were run and left something out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["reached"] = {key: sorted(elements) for key, elements in reached.items()}
        return
    for key, elements in reached.items():
        _told[key].update(elements)
    if set(drawn()) <= set(_told) and missing() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was reached, and what was not, of the processes that stories were run of."""
    if not _told:
        return
    wanted = drawn()
    told = {key: elements for key, elements in wanted.items() if key in _told}
    left = {key: elements for key, elements in missing().items() if key in told}
    total, out = sum(map(len, told.values())), sum(map(len, left.values()))
    terminalreporter.write_line(
        f"Stories reached {total - out} of {total} elements of {len(told)} of {len(wanted)} diagrams."
    )
    for key, elements in left.items():
        terminalreporter.write_line(f"  {key}: {', '.join(elements)}")
