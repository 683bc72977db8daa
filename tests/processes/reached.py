"""Which elements of the diagrams the stories reached, and which clauses: told after each run, and a run of all stories that
leaves one out fails. A clause is reached by a story that names it and comes through an element that carries it.

A plugin, since under xdist the stories run in other processes than the one that tells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from engine import Engine
from engine.diagram import read
from engine.store.tables import History, ProcessDefinition
from tests.processes import told as stories

ROOT = Path(__file__).resolve().parent.parent.parent
#: Elements that never complete by themselves: a compensation boundary event only marks what is compensated; the support of tier 1
#: goes on until the level ends it; and the end after a note that ends the case, or the notice, is not come to.
UNSEEN: dict[str, set[str]] = {
    "redcar-warning-notice-course": {"undecided-told"},
    "redcar-warning-notice-powers": {"powers-taken", "board-taken"},
    "cheshire-east-iop-tier-1": {"targeted", "support-over"},
    "barnsley-concerns-maintained": {"over-noted"},
}
#: Of this process: the elements that were completed, by the key of their process.
reached: dict[str, set[str]] = defaultdict(set)
_told: dict[str, set[str]] = defaultdict(set)
#: Of this process, then of all: which way each story went.
ledger = stories.Ledger()
#: The key under which the clauses that were reached are handed over with the elements: no process is called so.
CLAUSES = "clauses of policies"
#: Ranges such as "BAR-ESC-1.3 to 1.8" in the stories of the escalation name all between.
RANGE = re.compile(r"([A-Z]+(?:-[A-Z]+)*-(?:\d+\.)?)(\d+) to (?:\d+\.)?(\d+)")


def note(engine: Engine, story: Callable[..., Any]) -> None:
    """Note what the cases of a story completed, and which of the clauses that it names are carried by that."""
    with engine.reading() as session:
        steps = select(ProcessDefinition.key, History.element).join(
            ProcessDefinition, ProcessDefinition.id == History.definition_id
        )
        done = session.execute(steps.where(History.how == "completed").distinct()).all()
    carried = set()
    for key, element in done:
        reached[key].add(element)
        carried |= carriers().get((key, element), set()) | carriers().get((key, ""), set())
    proven = carried & named("\n".join(words(story)))
    reached[CLAUSES] |= proven
    ledger.note(story, proven, ((key, element) for key, element in done))


@cache
def carriers() -> dict[tuple[str, str], set[str]]:
    """The clauses by process and element; those of a process itself under no element."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted(ROOT.glob("processes/*/*.bpmn")):
        for element in read(path.read_bytes(), path.name).elements.values():
            own = "" if element.id == element.process else element.id
            found[element.process or element.id, own] |= set(element.clauses)
    return found


def words(story: Callable[..., Any], seen: frozenset[str] = frozenset()) -> list[str]:
    """What a story says of itself, and what the functions say by which it is told."""
    if not isinstance(story, FunctionType):
        return []
    told = [
        story.__globals__[name] for name in story.__code__.co_names if name in story.__globals__ and name not in seen
    ]
    within = seen | {name for name in story.__code__.co_names}
    return [story.__doc__ or "", *(said for each in told for said in words(each, within))]


def named(text: str) -> set[str]:
    """The clauses that a text names."""
    found = {each for each in asked() if re.search(rf"{re.escape(each)}(?![\d.]*\d)", text)}
    for start, first, last in RANGE.findall(text):
        found |= {f"{start}{number}" for number in range(int(first), int(last) + 1)}
    return found


@cache
def asked() -> frozenset[str]:
    """Every clause of every authority."""
    files = ROOT.glob("processes/*/clauses.yaml")
    return frozenset(row["id"] for path in files for row in yaml.safe_load(path.read_text(encoding="utf-8"))["clauses"])


def unproven() -> list[str]:
    """The clauses that no story both names and comes through."""
    return sorted(asked() - _told.get(CLAUSES, set()))


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
    left = {key: elements - _told.get(key, set()) for key, elements in drawn().items()}
    return {key: sorted(elements) for key, elements in left.items() if elements}


def everything_ran() -> bool:
    """Whether stories of all processes were run."""
    return set(drawn()) <= set(_told)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what it noted."""
    output = getattr(node, "workeroutput", {})
    for key, elements in output.get("reached", {}).items():
        _told[key].update(elements)
    ledger.take_over(output.get("stories", {}))


def pytest_sessionfinish(session: Any) -> None:
    """A worker hands over what it noted; the process that tells fails when all stories were run and left something out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["reached"] = {key: sorted(elements) for key, elements in reached.items()}
        output["stories"] = ledger.handed_over()
        return
    for key, elements in reached.items():
        _told[key].update(elements)
    if session.exitstatus == 0 and not session.config.getoption("--without"):
        if session.config.getoption("--write-stories"):
            stories.write(ledger.rows(carriers()), ledger.went, everything_ran())
        if _leaves_out() or _astray():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _leaves_out() -> bool:
    """Whether all stories were run, and left something out."""
    return everything_ran() and bool(missing() or unproven())


def _astray() -> list[str]:
    """The stories that went another way than is kept."""
    return stories.differing(ledger.rows(carriers()), ledger.went, everything_ran())


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
    if everything_ran():
        proven = (
            f"{len(asked()) - len(unproven())} of {len(asked())} clauses are named by a story that comes through them."
        )
        terminalreporter.write_line(f"{proven} {', '.join(unproven())}".strip())
    for key, elements in left.items():
        terminalreporter.write_line(f"  {key}: {', '.join(elements)}")
    if astray := _astray():
        terminalreporter.write_line(f"Stories go another way than processes/*/stories.json says ({stories.WRITE}):")
        terminalreporter.write_line(f"  {', '.join(astray)}")
