"""What the text of a report's template may use: cases, figures and answers of the days that it is about.

Each figure is noted with its value and the cases in which it was found, so that whoever reads the report can look them up. Every
case that anything is drawn from is noted too, so that nobody who is barred from it meets the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy.orm import Session

from engine import queries
from engine.errors import ReportTemplateWrong
from engine.forms import load_form
from engine.queries import InstanceRow, RecategorisedRow, RecordedRow, SchoolRow, Tally
from engine.services.reports import Drafted
from webapp.dates import day
from webapp.forms.answers import NOT_ANSWERED, Answer, answers
from webapp.periods import Days
from webapp.reports.template import Template
from webapp.words import about

#: What is a mark anywhere in a line of Markdown, and what is one where a line begins.
_MARKS = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;))")
_BEGINS = re.compile(r"(?=[#+=-])|(?<=\d)(?=[.)])")


def plain(value: str) -> str:
    """A value as it stands in a report: no character of it is a mark, and it begins no new line. People go on writing there, so
    no more is escaped than has to be."""
    flat = " ".join(value.split())
    found = _BEGINS.search(flat) if re.match(r"[#+=-]|\d+[.)]", flat) else None
    marked = _MARKS.sub(r"\\\1", flat[found.start() :]) if found else _MARKS.sub(r"\\\1", flat)
    return f"{flat[: found.start()]}\\{marked}" if found else marked


class Written(str):
    """A text that is Markdown already."""

    __slots__ = ()


@dataclass(frozen=True)
class Line:
    """A case in a report: itself, and when something happened in it."""

    case: InstanceRow
    at: datetime | None = None
    asked: tuple[str, ...] = ()
    """The names of its open tasks."""

    def __str__(self) -> str:
        return about(self.case)

    @property
    def school(self) -> str:
        """What the case is about, as text."""
        return about(self.case)

    @property
    def link(self) -> Written:
        """A link to the case."""
        return Written(f"[case {self.case.id}](/cases/{self.case.id})")

    @property
    def stage(self) -> str:
        """Where it stands now, or how it ended."""
        if self.case.status != "active":
            return f"{self.case.status} on {day(self.case.ended)}"
        return ", ".join(self.asked or self.case.at[:1])


@dataclass(frozen=True)
class Told:
    """A question, by its form's key and label, and what was answered; as text both."""

    key: str
    label: str
    answer: str

    def __str__(self) -> str:
        return f"{self.label}{'' if self.label.endswith('?') else ':'} {self.answer}"


@dataclass(frozen=True)
class Said(Line):
    """What was answered in a case, as far as the report's readers may read it; what was left open is left out."""

    lines: tuple[Told, ...] = ()

    def only(self, *keys: str) -> list[Told]:
        """The answers to these questions, by their keys."""
        return [each for each in self.lines if each.key in keys]


AnyLine = TypeVar("AnyLine", bound=Line)


@dataclass
class Drawing:
    """The figures of a report, drawn as its text asks for them."""

    session: Session
    template: Template
    days: Days
    now: datetime
    school: SchoolRow | None = None
    figures: list[dict[str, Any]] = field(default_factory=list)
    _drawn: set[int] = field(default_factory=set)
    _categories: dict[str, str] = field(default_factory=dict)
    _processes: dict[str, str] = field(default_factory=dict)

    # -- cases

    def cases(self, process: str) -> list[Line]:
        """The cases of a process that were open at any time of these days."""
        return self._noted(self._open(process))

    def _noted(self, lines: list[AnyLine]) -> list[AnyLine]:
        """These lines; their cases are noted as what the report is drawn from."""
        self._drawn.update(each.case.id for each in lines)
        return lines

    def _open(self, process: str) -> list[Line]:
        rows = queries.reported_cases(self.session, process, self.days.period, self.now, self._urn)
        asked = queries.asked_now(self.session, [row.id for row in rows if row.status == "active"])
        return [Line(row, asked=tuple(asked.get(row.id, ()))) for row in rows]

    def began(self, process: str) -> list[Line]:
        """Those of them that began in these days."""
        began = [each for each in self._open(process) if self._within(each.case.started)]
        return self._noted([replace(each, at=each.case.started) for each in began])

    def ended(self, process: str) -> list[Line]:
        """Those that ended in these days."""
        ended = [each for each in self._open(process) if each.case.ended and self._within(each.case.ended)]
        return self._noted([replace(each, at=each.case.ended) for each in ended])

    def still_open(self, process: str) -> list[Line]:
        """Those that were open at the end of the last day."""
        until = self.days.period.until
        still = (each for each in self._open(process) if not each.case.ended or (until and each.case.ended >= until))
        return self._noted(list(still))

    def passed(self, process: str, element: str) -> list[Line]:
        """The cases that passed an element of a diagram in these days, by the process's key and the element's id."""
        found = queries.passed(self.session, process, element, self.days.period, self._urn)
        known = self._known(row.case for row in found)
        return self._noted([Line(known[row.case], row.at) for row in found if row.case in known])

    def answers(self, process: str, element: str) -> list[Said]:
        """What was answered in the tasks of an element in these days."""
        found = queries.answered(self.session, process, element, self.days.period, self._urn)
        given = {row.task_id: row for row in queries.recorded(self.session, [row.task_id or 0 for row in found])}
        known = self._known(row.case for row in found)
        said = (
            Said(known[row.case], row.at, lines=tuple(self._readable(given[row.task_id])))
            for row in found
            if row.task_id in given and row.case in known
        )
        return self._noted(list(said))

    def category_of(self, line: Line) -> str:
        """The category of a case's school now."""
        if not self._categories:
            self._categories.update({each.urn: each.category for each in queries.schools(self.session)})
        return self._categories.get(line.case.school_urn or "", "")

    # -- figures

    def count(self, name: str, lines: Sequence[Line]) -> Written:
        """How many cases, as a figure that is noted by its name with these cases."""
        return self.figure(name, len(lines), lines)

    def figure(self, name: str, value: Any, lines: Iterable[Line] = ()) -> Written:
        """Any value as a figure that is noted with the cases that it comes of."""
        cases = list({line.case.id: {"id": line.case.id, "about": about(line.case)} for line in lines}.values())
        self.figures.append({"name": name, "value": str(value), "cases": cases})
        return Written(plain(str(value)))

    def in_time(self, process: str) -> Written:
        """How many of the tasks of a process that were done in these days and had a date were done in time: "7 of 9"."""
        self._drawn |= queries.cases_with_dates(self.session, process, self.days.period, self._urn)
        kept, dated = queries.done_in_time(self.session, process, self.days.period, self._urn)
        return self.figure(
            f"Tasks done in time: {self._called(process)}", f"{kept} of {dated}" if dated else "none had a date"
        )

    def duty(self, clause: str) -> Tally:
        """What became of a clause of the policy in these days: ``due``, ``kept`` (per cent), ``counts["late"]``, ``median``."""
        self._drawn |= queries.cases_of_clause(self.session, clause, self.days.period, self._urn)
        found = queries.proof_tallies(self.session, self.now, self.days.period, self._urn)
        return found.get(clause, Tally())

    @property
    def recategorised(self) -> list[RecategorisedRow]:
        """The schools that were put in another category in these days."""
        found = queries.recategorised(self.session, self.days.period, self._urn)
        self._drawn.update(row.case for row in found if row.case is not None)
        return found

    @property
    def categories(self) -> dict[str, int]:
        """How many open schools are in each category now."""
        return queries.schools_by_category(self.session)

    # -- words

    @property
    def since(self) -> str:
        """The first day, in words."""
        return day(self.days.since)

    @property
    def until(self) -> str:
        """The last day, in words."""
        return day(self.days.until)

    @property
    def _urn(self) -> str:
        return self.school.urn if self.school else ""

    def _called(self, process: str) -> str:
        """A process by its name."""
        if not self._processes:
            self._processes.update({each.key: each.name for each in queries.definitions(self.session)})
        return self._processes.get(process, process)

    def _within(self, at: datetime) -> bool:
        return self.days.period.holds(at)

    def _known(self, cases: Iterable[int]) -> dict[int, InstanceRow]:
        return {row.id: row for row in queries.instances_by_id(self.session, set(cases), self.now)}

    def _readable(self, given: RecordedRow) -> Iterable[Told]:
        """The answers that each of the report's readers may read: nothing confidential leaves its roles by a report."""
        form = load_form(given.form)
        shown = [answers(form, given.values, {role}, "", "") for role in self.template.readers or self.template.writers]
        keys = set.intersection(*({each.key for each in every} for every in shown))
        return (_told(each) for each in shown[0] if each.key in keys and each.text != NOT_ANSWERED)


def _told(answer: Answer) -> Told:
    text = answer.text if isinstance(answer.text, str) else "; ".join(answer.text)
    return Told(answer.key, answer.label, text)


def drafted(
    template: Template, session: Session, days: Days, now: datetime, school: SchoolRow | None = None
) -> Drafted:
    """A draft of a report. Raises ReportTemplateWrong where its text asks for what there is not."""
    drawing = Drawing(session, template, days, now, school)
    try:
        text = _environment().from_string(template.text).render(report=drawing, school=school)
    except (TemplateError, TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError) as error:
        line = getattr(error, "lineno", None)
        reason = f"{f'line {line} of its text: ' if line else ''}{error}"
        raise ReportTemplateWrong(template=template.name, reason=" ".join(reason.split())) from error
    title = template.title if school is None else f"{template.title}: {school.name}"
    return Drafted(
        title, _day(days.since), _day(days.until), _tidy(text), tuple(drawing.figures), frozenset(drawing._drawn)
    )


def _day(of: date | None) -> date:
    assert of is not None  # whoever asks has looked
    return of


def _environment() -> ImmutableSandboxedEnvironment:
    """Jinja for templates of others: nothing outside is reached, what is not there is an error, a value is never Markdown."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_said, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )
    made.filters["day"] = day
    return made


def _said(value: Any) -> Any:
    return value if isinstance(value, Written) else plain(str(value)) if isinstance(value, str | Line | Told) else value


def _tidy(text: str) -> str:
    """Without the blank lines that a template's own lines leave behind."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1]))
