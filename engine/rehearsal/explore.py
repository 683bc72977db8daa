"""Every answer once: a process is played again and again until each answer to each question has been given, and silence kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from engine import queries
from engine.diagram import nodes, read_xml
from engine.errors import PathwaysError
from engine.rehearsal.answers import Chooser, Decision, Setting, Troupe
from engine.rehearsal.play import Played
from engine.rehearsal.recording import Recording
from engine.rehearsal.stage import Prepared, Stage
from engine.store.tables import History, Incident, ProcessInstance, Resource

#: How often a process is played at most: more answers than this are left out, and that is said.
MOST_LIVES = 80


@dataclass(frozen=True)
class Life:
    """One way through: what was decided otherwise than first, where it led, and what went wrong."""

    recording: Recording
    otherwise: tuple[tuple[str, str, str], ...]
    """Element, question key ("" where nobody answered) and the answer that was given instead of the first."""
    reached: frozenset[tuple[str, str]]
    """Process key and element, of all that were entered."""
    ended: bool
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class Explored:
    """All ways that were tried; ``left`` is how many answers were not. ``unreached`` are the elements of the process itself
    that none of them came to: ids and names."""

    lives: tuple[Life, ...]
    left: int
    unreached: tuple[tuple[str, str], ...] = ()

    @property
    def reached(self) -> frozenset[tuple[str, str]]:
        """What was entered in any of them."""
        return frozenset[tuple[str, str]]().union(*(life.reached for life in self.lives))


def explore(prepared: Prepared, setting: Setting, most: int = MOST_LIVES) -> Explored:
    """Play the process with each answer to each question once, and with each task unanswered once.

    Raises what beginning the first case raises.
    """
    matters = _deciding(prepared, setting.recording.begins)
    waiting: deque[dict[Decision, int]] = deque([{}])
    known: set[tuple[str, str, str]] = set()
    lives: list[Life] = []
    while waiting and len(lives) < most:
        chooser = Chooser(waiting.popleft())
        troupe = Troupe(prepared, setting, chooser)
        try:
            lives.append(_life(troupe.live(), chooser))
        except PathwaysError:
            if not lives:
                raise
            continue
        finally:
            troupe.player.stage.close()
        waiting.extend(_alternatives(chooser, known, matters))
    found = Explored(tuple(lives), len(waiting))
    return replace(found, unreached=tuple(_unreached(prepared, setting.recording, found.reached)))


def _unreached(
    prepared: Prepared, recording: Recording, reached: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    stage = Stage(prepared, recording.begins)
    with stage.transactions.reading() as session:
        row = queries.latest_definition(session, recording.process)
        elements = stage.world.registry.get(session, row.id).definition.elements
    stage.close()
    yield from ((each.id, each.name or each.id) for each in elements if (recording.process, each.id) not in reached)


def _deciding(prepared: Prepared, at: datetime) -> frozenset[str]:
    """The words that stand in conditions, timers, scripts, other FEEL and decision tables: a question whose key is none of
    them changes no path, and its answers are not all tried. The texts of notifications decide nothing."""
    stage = Stage(prepared, at)
    with stage.transactions.reading() as session:
        contents = list(session.execute(select(Resource.name, Resource.content)))
    stage.close()
    found: set[str] = {""}
    for name, content in contents:
        if not name.endswith(".form"):
            found.update(*map(_WORD.findall, _feel_in(content, name)))
    return frozenset(found)


_WORD = re.compile(r"\w+")
_SAID = frozenset({"documentation", "description", "text"})
_TOLD = frozenset({"to", "subject", "text"})


def _feel_in(content: bytes, file: str) -> Iterator[str]:
    for node in read_xml(content, file).iter():
        told = nodes.local(node) == "inputParameter" and node.get("name") in _TOLD
        is_dmn_text = nodes.local(node) == "text" and not nodes.in_bpmn(node)
        if not told and (nodes.local(node) not in _SAID or is_dmn_text):
            yield node.text or ""
        yield from (str(value) for value in node.attrib.values() if str(value).lstrip().startswith("="))


def _alternatives(
    chooser: Chooser, known: set[tuple[str, str, str]], matters: frozenset[str]
) -> Iterator[dict[Decision, int]]:
    """The ways not yet tried: for each answer that was never given, the decisions up to its question and then it."""
    before: dict[Decision, int] = {}
    for decision, options in chooser.met.items():
        taken = chooser.taken(decision)
        known.add((*decision[:2], repr(options[taken])))
        for number, option in enumerate(options):
            if decision[1] in matters and (what := (*decision[:2], repr(option))) not in known:
                known.add(what)
                yield {**before, decision: number}
        before[decision] = taken


def _life(played: Played, chooser: Chooser) -> Life:
    with played.stage.transactions.reading() as session:
        keys = {row.id: row.key for row in queries.definitions(session)}
        told = session.execute(select(History.definition_id, History.element).where(History.definition_id.is_not(None)))
        stands = [(each[0], each[1]) for active in session.scalars(select(ProcessInstance.active)) for each in active]
        reached = frozenset((keys.get(definition or 0, ""), element) for definition, element in [*told, *stands])
        troubles = tuple(session.scalars(select(Incident.message).order_by(Incident.id)))
    return Life(played.recording, tuple(_otherwise(chooser)), reached, played.ended(), troubles)


def _otherwise(chooser: Chooser) -> Iterator[tuple[str, str, str]]:
    """What was decided for this life, in its order."""
    for decision in chooser.met:
        if decision in chooser.decided:
            element, key, _ = decision
            yield element, key, str(chooser.met[decision][chooser.taken(decision)]) if key else ""
