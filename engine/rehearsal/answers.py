"""Who answers in a rehearsal of its own: made-up answers that each form takes, given the day after or on the last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from engine import queries
from engine.calendar.timers import ZONE
from engine.errors import PathwaysError
from engine.forms import Component, Form, load_form, plausible
from engine.queries import TaskRow
from engine.rehearsal.play import Played, Player
from engine.rehearsal.recording import Move, Recording
from engine.rehearsal.stage import Prepared, Stage

#: When people answer: on the next school day, or on the day on which it is due (the next school day where none is).
Pace = Literal["next school day", "last day"]
ANSWERED_AT = time(10, 0)
#: How long people take over a task that has no date.
MANY_DAYS = 3
#: A decision of a rehearsal: at which element, of which question ("" for whether it is answered at all), on which visit.
Decision = tuple[str, str, int]


@dataclass
class Chooser:
    """Which of the answers to choose from is given: the decided ones, else the next. ``met`` says what there was."""

    decided: Mapping[Decision, int] = field(default_factory=dict)
    met: dict[Decision, list[Any]] = field(default_factory=dict)

    def of(self, element: str, key: str, visit: int, options: Sequence[Any]) -> Any:
        """One of the options."""
        decision = (element, key, visit)
        self.met[decision] = list(options)
        return options[self.taken(decision)]

    def taken(self, decision: Decision) -> int:
        """The number of the option that was taken: on each visit the next, so that no loop goes round for ever; but
        people who are asked do answer."""
        _, key, visit = decision
        options = self.met[decision]
        return min(self.decided.get(decision, visit % len(options) if key else 0), len(options) - 1)


@dataclass(frozen=True)
class Setting:
    """How a rehearsal of its own goes: from where, until when, how fast people are, and what they are told to answer."""

    recording: Recording
    until: datetime
    pace: Pace = "next school day"
    answers: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """By element, the answers of its first task, its second, ...; the last of them goes on to hold."""
    silent: frozenset[str] = frozenset()
    """The elements whose tasks nobody ever answers."""


class Troupe:
    """People who do every task that they are asked, in their own time, with answers that its form takes."""

    def __init__(self, prepared: Prepared, setting: Setting, chooser: Chooser) -> None:
        self.setting, self.chooser = setting, chooser
        self._feel = prepared.world.feel
        self.player = Player(prepared, _with_start(prepared, setting.recording, self))
        self._visits: Counter[str] = Counter()
        self._visit: dict[int, int] = {}
        self._planned: dict[int, datetime] = {}

    def live(self) -> Played:
        """Play until the end that was set. Raises what beginning the case raises."""
        player = self.player
        player.begin()
        while not player.played.given_up and (moment := self._next()) is not None and moment < self.setting.until:
            task = self._task_at(moment)
            if task is None:
                player.pass_to(moment)
            else:
                self._answer(task, moment)
        player.pass_to(self.setting.until)
        player.played.recording = replace(player.played.recording, until=self.setting.until)
        return player.played

    def _next(self) -> datetime | None:
        """When something happens next: a date falls due, or somebody answers."""
        planned = [moment for task in self.player.open() if (moment := self._when(task)) != NEVER]
        due = self.player.next_due()
        return min([*planned, *(() if due is None else (due,))], default=None)

    def _when(self, task: TaskRow) -> datetime:
        """When a task is answered; NEVER when nobody does."""
        if task.id not in self._planned:
            visit = self._visit[task.id] = self._visits[task.element]
            self._visits[task.element] += 1
            silent = task.element in self.setting.silent
            spoken = not silent and self.chooser.of(task.element, "", visit, (True, False))
            self._planned[task.id] = self._day(task) if spoken else NEVER
        return self._planned[task.id]

    def _day(self, task: TaskRow) -> datetime:
        calendar = self.player.stage.world.calendars(self.player.stage.authority, None)
        asked = task.created.astimezone(ZONE).date()
        day = calendar.next_school_day(asked + timedelta(days=1))
        if self.setting.pace == "last day":
            day = task.due.astimezone(ZONE).date() if task.due else asked + timedelta(days=MANY_DAYS)
        return max(datetime.combine(day, ANSWERED_AT, ZONE), task.created)

    def _task_at(self, moment: datetime) -> TaskRow | None:
        """The task that somebody answers at this moment, if nothing falls due before."""
        due = self.player.next_due()
        if due is not None and due <= moment:
            return None
        return next((task for task in self.player.open() if self._planned.get(task.id) == moment), None)

    def _answer(self, task: TaskRow, moment: datetime) -> None:
        self.player.pass_to(moment)
        if all(each.id != task.id for each in self.player.open()):
            return
        values = self._values(task)
        if values is None or not self.player.make(Move(moment, "complete", task.element, values, task.id)):
            self._planned[task.id] = NEVER  # it stays open, and the diary says so

    def _values(self, task: TaskRow) -> dict[str, Any] | None:
        """Answers to a task; None where none could be made up that its form takes."""
        stage, visit = self.player.stage, self._visit[task.id]
        with stage.transactions.reading() as session:
            detail = queries.task(session, task.id)
        told = self.setting.answers.get(task.element, ())
        given = dict(told[min(visit, len(told) - 1)]) if told else {}
        if not detail.form:
            return given
        asked = Asked(load_form(detail.form), detail.variables, frozenset(task.roles), stage.clock.now())
        return self.made(asked, task.element, visit, given)

    def made(self, asked: Asked, element: str, visit: int, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Answers that a form takes, those given among them; None where none are found."""
        today = asked.now.astimezone(ZONE).date()

        def choose(question: Component, options: list[Any]) -> Any:
            return self.chooser.of(element, question.key, visit, options)

        for ticked in (True, False):
            ticks = {} if ticked else {q.key: False for q in asked.form.fields if q.kind == "checkbox"}
            fitting = {key: value for key, value in given.items() if asked.form.field(key) is not None}
            try:
                return plausible(asked.form, asked.seen, self._feel, asked.roles, today, {**ticks, **fitting}, choose)
            except PathwaysError:
                continue
        return None


@dataclass(frozen=True)
class Asked:
    """A form as it is put to somebody: what it sees, to whom, and when."""

    form: Form
    seen: Mapping[str, Any]
    roles: frozenset[str]
    now: datetime


def _with_start(prepared: Prepared, said: Recording, troupe: Troupe) -> Recording:
    """The recording with answers to its start form, where it has one and they are not given."""
    if said.message or said.waits:
        return said
    stage = Stage(prepared, said.begins)
    stage.put(said.school)
    with stage.transactions.reading() as session:
        content = queries.start_form(session, queries.latest_definition(session, said.process).id)
        schools = [dict(row.variable) for row in queries.schools(session)]
    stage.close()
    if not content:
        return said
    asked = Asked(load_form(content), {"school": schools[0]} if schools else {}, frozenset(), said.begins)
    made = troupe.made(asked, "", 0, said.values)
    return replace(said, values={**said.values, **(made or {})})


NEVER = datetime.max.replace(tzinfo=ZONE)
