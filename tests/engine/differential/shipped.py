"""The shipped diagrams, and walks through them: at each step somebody or something that is waited for, at random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from engine.calendar import files
from engine.calendar.terms import SchoolCalendar
from engine.decisions import Decision, evaluate, parse_decisions
from engine.diagram import Diagram, read
from engine.errors import PathwaysError
from engine.feel import Feel
from engine.forms import Component, Form, load_form, plausible
from engine.people.authorities import Authority, load_authority
from engine.schools import register
from engine.spiff import Definition, parse
from engine.steps import StepContext, Variables
from engine.store.tables import School
from tests.engine.differential.lockstep import Meter, Move, Pair, Parting, unmeasured
from tests.engine.differential.normalised import normalised

ROOT = Path(__file__).resolve().parents[3]
#: Moves that one walk makes at most.
MOVES = 30
MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
FILES = {path.stem: path for path in sorted(ROOT.glob("processes/*/*.bpmn"))}


@dataclass(frozen=True)
class Council:
    """What an authority's diagrams need beside themselves."""

    authority: Authority
    calendar: SchoolCalendar
    decisions: dict[str, Decision]
    schools: list[Variables]
    definitions: dict[str, Definition]


@cache
def council(name: str) -> Council:
    """An authority as the repository has it."""
    folder = ROOT / "processes" / name
    definitions: dict[str, Definition] = {}
    for path in sorted(folder.glob("*.bpmn")):
        definitions[path.stem] = parse(path.stem, path.read_bytes(), definitions, path.name)
    tables = [parse_decisions(path.read_bytes(), path.name) for path in sorted(folder.glob("*.dmn"))]
    rows = register.read((ROOT / f"config/schools/{name}.csv").read_bytes())
    return Council(
        load_authority(ROOT / f"config/authorities/{name}.yaml"),
        files.load(ROOT / f"config/calendars/{name}.csv"),
        {key: decision for table in tables for key, decision in table.items()},
        [_school(name, row) for row in rows],
        definitions,
    )


def _school(authority: str, row: dict[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in row.items() if name not in ("link_adviser", "line")}
    return register.variable(School(authority=authority, **columns), row["link_adviser"])


def needed(process: str) -> list[Path]:
    """The files of a process and of those that it calls."""
    found: list[str] = []
    ahead = [process]
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.append(key)
            ahead += [each.called_element for each in diagram(key).elements.values() if each.called_element]
    return [FILES[key] for key in found]


@cache
def diagram(process: str) -> Diagram:
    """A shipped diagram."""
    return read(FILES[process].read_bytes(), FILES[process].name)


@cache
def form(key: str) -> Form | None:
    """A shipped form, by the key that diagrams have."""
    path = ROOT / "forms" / f"{key}.form"
    return load_form(path.read_bytes()) if key else None


@cache
def elsewhere(process: str) -> list[str]:
    """The keys of the forms that its authority's other processes ask: what a caller or a message could hand it."""
    own = {path.stem for path in needed(process)}
    others = (path.stem for path in sorted(FILES[process].parent.glob("*.bpmn")) if path.stem not in own)
    keys = (element.form_key for other in others for element in diagram(other).elements.values())
    return list(dict.fromkeys(key for key in keys if key))


@dataclass(frozen=True)
class Walk:
    """How a walk ended: where the two part, if they do; the elements that both have completed until then."""

    parting: Parting | None
    elements: frozenset[str]


@cache
def walk(process: str, seed: int) -> Walk:
    """A walk through a process, the same each time for a seed."""
    return measured(process, seed, unmeasured)


def measured(process: str, seed: int, meter: Meter) -> Walk:
    """The same walk, made anew with a meter."""
    return _Walker(process, seed, meter).walk()


class _Walker:
    def __init__(self, process: str, seed: int, meter: Meter) -> None:
        self.council = council(FILES[process].parent.name)
        self.random, self.feel = Random(seed), Feel.shared()
        self.undisturbed, self.handed = seed % 2 == 1, seed % 4 > 1
        self.elements: set[str] = set()
        self.definition = self.council.definitions[process]
        self.element = self.random.choice([start.element for start in self.definition.starts])
        roots = [normalised(path.read_bytes(), self.element) for path in needed(process)]
        self.pair = Pair(self.definition, self._context(), roots, meter)

    def _context(self) -> StepContext:
        council = self.council
        return StepContext(
            MONDAY,
            council.calendar,
            self.feel,
            lambda ref, variables: evaluate(ref, variables, self.feel, council.decisions, MONDAY),
            settings=council.authority.settings,
        )

    def walk(self) -> Walk:
        try:
            parting = self._start()
            for _ in range(MOVES):
                moves = [move for move in self.pair.moves() if self._wanted(move)]
                if parting or not moves:
                    break
                parting = self._make(self.random.choice(moves))
        except PathwaysError:  # these answers lead to an incident, where nothing is left to compare
            parting = None
        return Walk(parting, frozenset(self.elements))

    def _start(self) -> Parting | None:
        start = self.definition.diagram.elements[self.element]
        variables: Variables = {"school": self.random.choice(self._schools())}
        for key in elsewhere(self.definition.key) if self.handed and not start.form_key else ():
            variables |= self._answers(key, variables)
        parting = self.pair.start(variables | self._answers(start.form_key, variables), self.element)
        self._note(parting)
        return parting

    def _schools(self) -> list[Variables]:
        """The schools that the process is for."""
        said = self.definition.diagram.processes[self.definition.key].properties.get("startWhen", "")
        seen = ((each, {"school": each, "settings": self.council.authority.settings}) for each in self.council.schools)
        return [each for each, variables in seen if not said or self.feel.evaluate(said, variables, MONDAY) is True]

    def _note(self, parting: Parting | None) -> None:
        self.elements |= set() if parting else set(self.pair.ours.completed)

    def _wanted(self, move: Move) -> bool:
        """Every other walk leaves the event subprocesses alone, where the two often part, and so comes further."""
        return not (self.undisturbed and self.pair.begins_event_subprocess(move))

    def _make(self, move: Move) -> Parting | None:
        assert move.waiting is not None
        instance = self.pair.ours.instance
        token = instance.find(move.waiting.token.partition(".")[0])
        assert token is not None
        key = "" if move.kind == "fire" else token.task_spec.element.form_key
        parting = self.pair.make(move, self._answers(key, instance.variables(token)))
        self._note(parting)
        return parting

    def _answers(self, key: str, variables: Variables) -> Variables:
        asked = form(key)
        if asked is None:
            return {}
        seen = {"settings": self.council.authority.settings, **variables}
        roles = set(self.council.authority.roles)
        return plausible(asked, seen, self.feel, roles, MONDAY.date(), {}, self._choose)

    def _choose(self, question: Component, options: list[Any]) -> Any:
        return self.random.choice(options)
