"""What a lint rule is, what it sees, and what it finds.

A rule is one small generator: it takes a :class:`Look` and yields a :func:`fault` for each place that breaks
it. Its docstring is the rule in words; the decorator gives its code, the section of the specification and its
severity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from typing import Any, Literal, Protocol

from engine.decisions import Decision
from engine.diagram import Diagram, Element, Process, SequenceFlow
from engine.forms import Form
from engine.lint.names import Inspects, Surroundings, World
from engine.spelling import near

Severity = Literal["error", "warning"]
MOST_FINDINGS = 100
"""How many findings one rule may make of one file: a hostile file shall not fill memory with them."""
_LONGEST = 120


@dataclass(frozen=True)
class Finding:
    """One fault: what is wrong where, and how to mend it. An error refuses the diagram, a warning doesn't."""

    code: str
    severity: Severity
    file: str
    line: int
    element: str
    """The id of the element, flow, lane...; empty for the file as a whole."""
    name: str
    message: str
    remedy: str
    section: str
    """Where the specification asks for it, or "Pathways" for a rule of our own."""

    def __str__(self) -> str:
        what = f'{self.element} "{self.name}"' if self.name else self.element or "the file"
        return f"{self.file}:{self.line}: {self.code} {self.severity}: {what}: {self.message} {self.remedy}"


@dataclass(frozen=True)
class Fault:
    """What a rule yields: a finding that doesn't yet know its rule and file."""

    element: str
    name: str
    line: int
    message: str
    remedy: str


class Part(Protocol):
    """Anything in a diagram that a finding can point at."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def line(self) -> int:
        """Its line."""


def fault(part: Part | Process, message: str, remedy: str, line: int = 0) -> Fault:
    """Make a fault of ``part``; ``line`` overrides the part's own, for something inside it."""
    key = part.key if isinstance(part, Process) else part.id
    return Fault(short(key), short(getattr(part, "name", "")), line or part.line, message, remedy)


def short(text: str, longest: int = _LONGEST) -> str:
    """Cut what a diagram says to a length that fits a message, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def quoted(names: Iterable[str]) -> str:
    """Give names for a message: quoted, with commas, at most eight."""
    found = [f'"{short(name)}"' for name in islice(names, 9)]
    return ", ".join(found[:8]) + (" and more" if len(found) > 8 else "")


def meant(name: str, names: Iterable[str]) -> str:
    """Say which of ``names`` was probably meant, before another remedy; nothing where none is near."""
    found = near(name, names)
    return f'Did you mean "{short(found)}"? ' if found else ""


def words(text: str) -> frozenset[str]:
    """Give the words of ``text``: a readable way to write a set of names."""
    return frozenset(text.split())


class Checker(Inspects, Protocol):
    """What lint asks of FEEL (:class:`engine.feel.Feel` has it)."""

    def check(self, expression: str) -> None:
        """Raise ExpressionInvalid when ``expression`` doesn't parse."""


@dataclass(frozen=True)
class Known:
    """What a diagram may refer to outside itself. ``None`` means that it isn't known, so nothing is
    checked."""

    forms: Mapping[str, Form | None] | None = None
    """Forms by key, such as "barnsley/evidence-summary"; None for one that cannot be read."""
    roles: frozenset[str] | None = None
    """Role ids, such as "seo"."""
    decisions: Mapping[str, Decision | None] | None = None
    """Decisions by id; None for one that cannot be read."""
    processes: frozenset[str] | None = None
    """Keys of processes already deployed; those in the diagrams that are checked together count as well."""
    clauses: frozenset[str] | None = None
    """The ids of the authority's register of clauses."""
    topics: frozenset[str] = frozenset({"notify", "category", "live-cases"})
    settings: Mapping[str, Any] | None = None
    """The authority's values, which expressions see as ``settings``."""
    categories: frozenset[str] | None = None
    """The categories that schools of the register are in."""
    fresh: frozenset[str] = frozenset()
    """Those of ``decisions`` that are checked with the diagrams: what is wrong with them is found in their own file."""
    tabled: Mapping[str, str] = field(default_factory=dict)
    """In which file each of ``decisions`` was deployed; nothing where files are looked at as they stand."""
    reports: frozenset[str] | None = None
    """The templates of reports (config/reports), such as "barnsley/quarterly"."""
    people: frozenset[str] | None = None
    """By what the people of the authority sign in."""
    others: tuple[Diagram, ...] = ()
    """The diagrams of processes that are deployed already: they say what calls and messages bring, and are not
    checked themselves."""
    whole: bool = False
    """Whether ``others``, with the diagrams that are checked, are all that the authority has."""
    as_checked: bool = False
    """Whether ``others`` stand beside the files that are checked already, as in a project's folder: then nothing tells what
    was wrong with them before."""
    sources: Mapping[str, bytes] = field(default_factory=dict)
    """The contents of the files of ``others`` and ``decisions``, by name, where they are deployed."""


def world_of(diagrams: tuple[Diagram, ...], known: Known, feel: Checker | None) -> Callable[[], World | None]:
    """Gives the variables of these diagrams and of those known around them, made once; None without FEEL."""

    @cache
    def made() -> World | None:
        if feel is None:
            return None
        categories = known.categories if known.whole else None
        around = Surroundings(known.forms, known.decisions, known.settings, categories)
        return World([*diagrams, *known.others], around, feel)

    return made


@dataclass(frozen=True, eq=False)
class Look:
    """What a rule sees: one diagram, those checked with it, and what is known outside."""

    diagram: Diagram
    diagrams: tuple[Diagram, ...]
    known: Known
    feel: Checker | None
    strict: bool
    worlds: Callable[[], World | None] = lambda: None
    """Gives the variables of all processes, made when the first rule asks."""

    @property
    def world(self) -> World | None:
        """The variables of all processes; None when these aren't looked at."""
        return self.worlds()

    def runs(self, process: str) -> bool:
        """Whether the process is meant to run: whether it is executable, or (not strict) none in its file
        is."""
        return process in self._running

    def elements(self, *kinds: str) -> Iterator[Element]:
        """Give the elements of these kinds, or all, of the processes that run."""
        return (
            element
            for element in self.diagram.elements.values()
            if (not kinds or element.kind in kinds) and self.runs(element.process)
        )

    def flows(self) -> Iterator[SequenceFlow]:
        """Give the sequence flows of the processes that run."""
        return (flow for flow in self.diagram.flows.values() if self.runs(flow.process))

    def processes(self) -> Iterator[Process]:
        """Give the processes that run."""
        return (process for process in self.diagram.processes.values() if self.runs(process.key))

    def describe(self, ref: str) -> str:
        """Say what ``ref`` names, for a message about a wrong reference."""
        holder = self.diagram.holders.get(ref)
        return f'"{short(ref)}" is a {holder.kind}' if holder else f'nothing has the id "{short(ref)}"'

    def scope_kind(self, scope: str) -> str:
        """Give "process" for a process's key, else the subprocess's kind, or "eventSubProcess"."""
        element = self.diagram.elements.get(scope)
        if element is None:
            return "process"
        return "eventSubProcess" if element.triggered_by_event else element.kind

    @cached_property
    def _running(self) -> frozenset[str]:
        every = self.diagram.processes
        running = frozenset(key for key, process in every.items() if process.executable)
        return running if running or self.strict else frozenset(every)

    @cached_property
    def called(self) -> frozenset[str] | None:
        """Keys that a call activity may name; None when they aren't known."""
        if self.known.processes is None:
            return None
        return self.known.processes | {key for each in self.diagrams for key in each.processes}


Check = Callable[[Look], Iterable[Fault]]
Plain = Literal["same", "warning", "off"]


@dataclass(frozen=True)
class Rule:
    """A registered rule. ``plain`` is what becomes of it when diagrams from anywhere are taken
    (``strict=False``)."""

    code: str
    section: str
    severity: Severity
    plain: Plain
    title: str
    subject: str
    check: Check = field(repr=False)

    def findings(self, look: Look) -> Iterator[Finding]:
        """Give what the rule finds."""
        if not look.strict and self.plain == "off":
            return
        severity: Severity = "warning" if not look.strict and self.plain == "warning" else self.severity
        for found in islice(self.check(look), MOST_FINDINGS):
            yield Finding(
                code=self.code,
                severity=severity,
                file=look.diagram.file,
                line=found.line,
                element=found.element,
                name=found.name,
                message=found.message,
                remedy=found.remedy,
                section=self.section,
            )


_RULES: dict[str, Rule] = {}
OURS = "Pathways"
"""The section of a rule that the specification doesn't ask for."""


def rule(code: str, *, section: str, severity: Severity = "error", plain: Plain = "same") -> Callable[[Check], Check]:
    """Register a rule under its code; raises ValueError when the code is taken or the docstring missing."""

    def register(check: Check) -> Check:
        title = " ".join((check.__doc__ or "").split())
        if code in _RULES or not title:
            raise ValueError(f"{code}: a rule needs a code of its own and a docstring")
        subject = check.__module__.rsplit(".", 1)[-1]
        _RULES[code] = Rule(code, section, severity, plain, title, subject, check)
        return check

    return register


def registered() -> Mapping[str, Rule]:
    """Give every registered rule by its code, in order."""
    return dict(sorted(_RULES.items()))
