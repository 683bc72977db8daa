"""Last year's real cases, played through a version that they did not run on: which would go another way, and where.

What people answered and reported is given again at the time at which they did. What cannot be known any more is taken from
how the case ended: the answers of its start form, and what messages brought. Changes of the register are not played again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases.stepping import World
from engine.deployments.registry import Loaded
from engine.diagram import Element
from engine.errors import PathwaysError
from engine.forms import load_form
from engine.lint.names.sources import payload
from engine.queries.common import Elements
from engine.rehearsal.play import Played, play
from engine.rehearsal.recording import Move, Recording
from engine.rehearsal.stage import Prepared
from engine.store.tables import History, ProcessInstance, School, UserTask

#: Dates, and changes of who is asked, of one case that are told at most.
MOST_TOLD = 5


@dataclass(frozen=True)
class Step:
    """An element that a real case completed, when, and whose answer it was, where it was one (its task's id)."""

    element: str
    name: str
    at: datetime
    task_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """A task of a case: whose, until when, and whether it is open."""

    element: str
    name: str
    roles: frozenset[str]
    due: datetime | None
    open: bool


@dataclass(frozen=True)
class Lived:
    """A real case, as it can be played again."""

    case: int
    school: str
    recording: Recording
    path: tuple[Step, ...]
    asked: tuple[Asked, ...]
    """Its tasks, in their order."""


@dataclass(frozen=True)
class Replayed:
    """What a case would do: ``other`` is empty when it goes the same way."""

    case: int
    school: str
    began: datetime
    after: Step | None = None
    """The last step that is the same."""
    answered: Step | None = None
    """The last answer before the ways part."""
    real: str = ""
    """What came next in the real case, or what it waits for; empty when nothing did."""
    other: str = ""
    """What comes next now, or what it would wait for, in words."""
    roles: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = field(default=())
    """Tasks that others would do: name, the real roles, the roles now."""
    dates: tuple[tuple[str, datetime, datetime], ...] = field(default=())
    """Tasks whose date is another: name, the real one, the one now."""

    @property
    def same(self) -> bool:
        """Whether nothing is different."""
        return not (self.other or self.dates or self.roles)


def lived(session: Session, world: World, process: str, since: datetime, now: datetime, limit: int) -> list[Lived]:
    """The newest cases of a process that were begun since a moment, as they can be played again."""
    chosen = select(ProcessInstance).where(ProcessInstance.process == process, ProcessInstance.started >= since)
    cases = session.scalars(chosen.order_by(ProcessInstance.id.desc()).limit(limit)).all()
    ids = [case.id for case in cases]
    lines = _by_case(session.scalars(select(History).where(History.instance_id.in_(ids)).order_by(History.seq)).all())
    tasks = _by_case(session.scalars(select(UserTask).where(UserTask.instance_id.in_(ids)).order_by(UserTask.id)).all())
    schools = {school.urn: school for school in session.scalars(select(School).where(School.urn.in_(_urns(cases))))}
    definitions = {line.definition_id for each in lines.values() for line in each if line.definition_id is not None}
    elements = Elements(session, definitions | {case.definition_id for case in cases})
    found = []
    for case in cases:
        loaded = world.registry.get(session, case.definition_id)
        told = _Told(case, loaded, lines.get(case.id, []), tasks.get(case.id, []), schools.get(case.school_urn or ""))
        content = queries.start_form(session, case.definition_id)
        asked = load_form(content).keys if content else frozenset[str]()
        found.append(told.lived(elements, asked, now))
    return found


def _urns(cases: Sequence[ProcessInstance]) -> list[str]:
    return [case.school_urn for case in cases if case.school_urn]


_Row = TypeVar("_Row", History, UserTask)


def _by_case(rows: Sequence[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


@dataclass(frozen=True)
class _Told:
    """The rows of one case."""

    case: ProcessInstance
    loaded: Loaded
    lines: list[History]
    tasks: list[UserTask]
    school: School | None

    def lived(self, elements: Elements, asked: frozenset[str], now: datetime) -> Lived:
        """The case as it can be played again. ``asked`` are the keys of its start form."""
        start = self._start_event()
        keys = asked if start is None else _brings([start])
        recording = Recording(
            self.loaded.key,
            self.case.started,
            _as_invented(self.school),
            {key: value for key, value in self.case.variables.items() if key in keys},
            moves=tuple(sorted([*self._answers(), *self._reports()], key=lambda move: move.at)),
            until=self.case.ended or now,
            element=start.id if start is not None else "",
        )
        about = self.school.name if self.school else self.case.business_key
        return Lived(
            self.case.id, about, recording, tuple(self._path(elements)), _asked(self.tasks, elements, self._cut_off())
        )

    def _cut_off(self) -> datetime | None:
        """When somebody cancelled it: what was open then is what it waited for."""
        return self.case.ended if self.case.status == "cancelled" else None

    def _path(self, elements: Elements) -> Iterator[Step]:
        tokens = {task.token: task.id for task in self.tasks if task.values is not None}
        for line in self.lines:
            if line.how == "completed":
                name = elements.info(line.definition_id, line.element).name
                yield Step(line.element, name, line.ended, tokens.get(line.token))

    def _start_event(self) -> Element | None:
        """The start event at which it began, where that waits for something; None where a person began it."""
        known = self.loaded.definition.diagram.elements
        found = (known[line.element] for line in self.lines if line.element in known)
        start = next((each for each in found if each.kind == "startEvent"), None)
        return start if start is not None and start.event_definitions else None

    def _answers(self) -> Iterator[Move]:
        for task in self.tasks:
            if task.values is not None and task.ended is not None and task.status == "completed":
                yield Move(task.ended, "complete", task.element, task.values)

    def _reports(self) -> Iterator[Move]:
        """What reached it from outside: each element that waits for a message, where it was completed."""
        known = _elements(self.loaded)
        begun = self._start_event()
        for line in self.lines:
            element = known.get(line.element) if line.how == "completed" and line.element else None
            if element is not None and element.caught_message and element is not begun:
                keys = _brings([element])
                values = {key: value for key, value in self.case.variables.items() if key in keys}
                yield Move(line.ended, "report", element.caught_message, values)


def _asked(tasks: Iterable[UserTask], elements: Elements, cut_off: datetime | None = None) -> tuple[Asked, ...]:
    return tuple(
        Asked(
            task.element,
            elements.info(task.definition_id, task.element).name,
            frozenset(task.candidate_groups),
            task.due,
            task.status != "completed" and task.ended in (None, cut_off),
        )
        for task in tasks
    )


def _elements(loaded: Loaded) -> dict[str, Element]:
    """The elements of a process and of all that it calls, by id."""
    ahead, seen = [loaded.definition], {loaded.definition.key}
    found: dict[str, Element] = {}
    while ahead:
        here = ahead.pop()
        found = {**{each.id: each for each in here.elements}, **found}
        ahead += [each for key, each in here.called.items() if key not in seen]
        seen |= here.called.keys()
    return found


def _brings(elements: Iterable[Element]) -> frozenset[str]:
    """The variables that these elements' messages are declared to bring."""
    return frozenset(key for each in elements for key in payload(each.properties.get("payload", "")) or ())


def _as_invented(school: School | None) -> dict[str, str] | None:
    if school is None:
        return None
    said = {"phase": school.phase, "type": school.type, "name": school.name}
    more = {"diocese": school.diocese, "trust": school.trust, "category": school.category}
    return said | {name: value for name, value in more.items() if value}


def replay(prepared: Prepared, case: Lived) -> Replayed:
    """Play a real case through another version."""
    begun = Replayed(case.case, case.school, case.recording.begins)
    try:
        played = play(prepared, case.recording)
    except PathwaysError as error:
        return replace(
            begun, other=f"it cannot begin: {str(error).rstrip('.')}", real=case.path[0].name if case.path else ""
        )
    try:
        return _compared(begun, case, played)
    finally:
        played.stage.close()


def _compared(begun: Replayed, case: Lived, played: Played) -> Replayed:
    path, asked = _played(played)
    same = _common(case.path, [element for element, _ in path])
    pairs = list(_pairs(case.asked, asked))
    found = replace(begun, dates=tuple(_dates(pairs))[:MOST_TOLD], roles=tuple(_roles(pairs))[:MOST_TOLD])
    if same < max(len(case.path), len(path)):
        real, other = _at([step.name for step in case.path], same), _at([name for _, name in path], same)
    else:
        real, other = _waits(case.asked, asked), _waits(asked, case.asked)
    return _parted(found, case.path[:same], real, other or _nothing(played)) if real or other else found


def _parted(found: Replayed, before: Sequence[Step], real: str, other: str) -> Replayed:
    answered = next((step for step in reversed(before) if step.task_id is not None), None)
    named = next((step for step in reversed(before) if step.name != step.element), None)
    return replace(found, after=named, answered=answered, real=real, other=other)


def _at(names: Sequence[str], number: int) -> str:
    """The name there; empty past the end."""
    return names[number] if number < len(names) else ""


def _played(played: Played) -> tuple[list[tuple[str, str]], tuple[Asked, ...]]:
    """The path of a playing, by element and name, and its tasks."""
    chosen = select(History).where(History.how == "completed").order_by(History.instance_id, History.seq)
    with played.stage.transactions.reading() as session:
        rows = session.scalars(chosen).all()
        tasks = session.scalars(select(UserTask).order_by(UserTask.id)).all()
        ids = {row.definition_id for row in rows if row.definition_id is not None} | {
            task.definition_id for task in tasks
        }
        names = Elements(session, ids)
        path = [(row.element, names.info(row.definition_id, row.element).name) for row in rows]
        return path, _asked(tasks, names)


def _waits(here: Iterable[Asked], there: Iterable[Asked]) -> str:
    """What a case waits for that the other one does not, in words; empty when there is nothing."""
    more = Counter(each.element for each in here if each.open) - Counter(each.element for each in there if each.open)
    names = {each.element: each.name for each in here}
    return f"waits for: {', '.join(names[element] for element in more)}" if more else ""


def _nothing(played: Played) -> str:
    """That nothing more came by then; and why an answer could not be given, where that was so."""
    refused = played.refused[0].reason.rstrip(".") if played.refused else ""
    return "nothing by then" + (f" ({refused[0].lower()}{refused[1:]})" if refused else "")


def _common(real: Sequence[Step], now: Sequence[str]) -> int:
    """How many steps are the same."""
    pairs = zip(real, now, strict=False)
    return next(
        (number for number, (step, other) in enumerate(pairs) if step.element != other), min(len(real), len(now))
    )


def _pairs(real: Iterable[Asked], other: Iterable[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """The tasks that both have, visit by visit."""
    known = dict(_visits(other))
    for visit, task in _visits(real):
        if visit in known:
            yield task, known[visit]


def _visits(tasks: Iterable[Asked]) -> Iterator[tuple[tuple[str, int], Asked]]:
    count: Counter[str] = Counter()
    for task in tasks:
        yield (task.element, count[task.element]), task
        count[task.element] += 1


def _dates(pairs: Iterable[tuple[Asked, Asked]]) -> Iterator[tuple[str, datetime, datetime]]:
    """The tasks whose date is another day."""
    for real, other in pairs:
        if real.due and other.due and other.due.date() != real.due.date():
            yield real.name, real.due, other.due


def _roles(pairs: Iterable[tuple[Asked, Asked]]) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """The tasks that others are asked to do."""
    for real, other in pairs:
        if other.roles != real.roles:
            yield real.name, real.roles, other.roles
