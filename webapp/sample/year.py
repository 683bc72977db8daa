"""A year of invented work, so that sample mode shows cases at every stage: the real engine runs through it day by day.

Timers fire on their day, rounds begin by themselves, people start cases and complete their tasks on weekdays through the
real forms, and now and then one is late. It is the same year each time, seen from the day on which it is made.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event, make_url

from engine import Config, Engine, Scope, queries
from engine.audit import Origin, coming_from
from engine.audit.origin import SAMPLE
from engine.calendar.files import Calendars
from engine.clock import Clock, SystemClock, VirtualClock
from engine.errors import PathwaysError
from engine.feel import Feel
from engine.forms import AtTime, Form, load_form, plausible
from engine.people.authorities import OFFICER, Authority
from engine.queries import TaskRow
from engine.settings import YEAR_BEGUN, YEAR_WHOLE
from engine.store.database import make_engine
from webapp.dates import ZONE
from webapp.sample import answers
from webapp.sample.first_start import unsafe
from webapp.sample.parts import in_parts
from webapp.sample.starts import BLOCKED, LONG_AGO, NOBODY, STARTS, YEARS_AGO, Start, first_day, kept

log = logging.getLogger(__name__)

DAYS = 364
#: How likely somebody is to get to a task on a weekday, and in the last weeks, so that some are overdue.
GETS_TO_IT, LATELY = 0.25, 0.12
#: In the last days of the year: where people get to less, and where each role keeps its last open task.
LAST_DAYS, KEEPS_ONE = 35, 160
#: In the last days of the year: where a task is begun that ends by itself, since nobody does it, after ten working days.
BEGUN_LATE = 12
#: Whose years take longest, since their rounds begin for every school: they are begun first.
LONGEST = ("barnsley", "redcar-cleveland")
#: When people are at work, local time, and how soon after the hour at which timers fire they are run.
FROM_HOUR, TO_HOUR, AFTER_FIRING = 9, 17, timedelta(minutes=1)


class SampleYearTorn(PathwaysError):
    """The making of the sample year in {database} was interrupted, so only a part of it is there. Empty that database, or
    name another one in DATABASE_URL, and start again; "pathways run --sample --empty" starts without a sample year."""


#: The tasks whose answers say how long a notice runs.
WITHOUT_A_PERIOD = ("give-notice", "write-notice", "section-60", "warning-notice")


def make(
    database: Any,
    root: Path,
    config: Config,
    begins: Callable[[], None] = lambda: None,
    present: Clock | None = None,
) -> int:
    """Make the year that ends now; how many cases it made.

    Now is by the machine's clock unless ``present`` is given; ``begins`` is called just before the year is made.
    Does nothing where there are cases already. Raises SampleYearTorn where an earlier call was cut short.
    """
    config = settled(config)
    now = (present or SystemClock()).now()
    begun = now - timedelta(days=DAYS)
    engine = Engine(database, clock=VirtualClock(begun), config=config)
    if not _is_wanted(engine, database):
        return 0
    begins()
    engine.installation.note_sample_year(YEAR_BEGUN)
    url = make_url(getattr(database, "url", database))
    if url.get_backend_name() == "sqlite" and url.database:
        in_parts(Path(url.database), sorted(config.authorities, key=_shorter), partial(_make_aside, root, config, now))
    else:
        for authority in config.authorities:
            _make_one(database, root, config, now, authority)
    engine.installation.note_sample_year(YEAR_WHOLE)
    with engine.reading() as session:
        return queries.instances(session, page=1).total


def settled(config: Config) -> Config:
    """A configuration that other processes can take over: the authorities as they are now, and nobody gets the mail of an
    invented year."""
    return replace(config.without_mail(), authorities=dict(config.authorities))


def _shorter(authority: str) -> bool:
    return authority not in LONGEST


def _make_aside(root: Path, config: Config, now: datetime, url: str, authority: str) -> None:
    """The year of one authority in an SQLite file that is nothing until all are whole."""
    database = make_engine(url)
    event.listen(database, "connect", unsafe)
    _make_one(database, root, config, now, authority)
    database.dispose()


def _make_one(database: Any, root: Path, config: Config, now: datetime, authority: str) -> None:
    clock = VirtualClock(now - timedelta(days=DAYS))
    calendars = Calendars(root / "config" / "calendars", config.fires_at)
    alone = replace(config, authorities={authority: config.authorities[authority]})
    engine = Engine(database, clock=clock, calendar=calendars, config=alone)
    with coming_from(Origin(SAMPLE)), engine.transactions.audited_at_the_end():
        _long_ago(Engine(database, clock=clock, config=alone), clock, root, alone, authority)
        year = _Year(engine, clock, root, alone, config.authorities[authority], resources(root, authority))
        for day in range(DAYS + 1):
            year.day(year.begun + timedelta(days=day), now)
        clock.set(now)
        year.something_goes_wrong()
        engine.figures.follow(rounds=None)


def _long_ago(engine: Engine, clock: VirtualClock, root: Path, config: Config, authority: str) -> None:
    """A case that ended years ago, before what the school calendars know. Its process is deployed alone, so that no other begins
    by itself meanwhile."""
    if authority != LONG_AGO.authority:
        return
    begun, its = clock.now(), f"/{LONG_AGO.process}.bpmn"
    clock.set(begun - timedelta(days=366 * YEARS_AGO))
    files = resources(root, authority).items()
    alone = {name: each for name, each in files if name.endswith(its) or not name.endswith(".bpmn")}
    _Year(engine, clock, root, config, config.authorities[authority], alone).until_done(LONG_AGO)
    clock.set(begun)


def _is_wanted(engine: Engine, database: Any) -> bool:
    if engine.installation.sample_year() == YEAR_BEGUN:
        raise SampleYearTorn(database=getattr(database, "url", database))
    with engine.reading() as session:
        return not queries.instances(session).items


class _Year:
    """A year of one authority, from the day that the engine's clock shows."""

    def __init__(
        self,
        engine: Engine,
        clock: VirtualClock,
        root: Path,
        config: Config,
        authority: Authority,
        files: Mapping[str, bytes],
    ) -> None:
        self.engine, self.clock, self.config, self.authority = engine, clock, config, authority
        self.chance = Random(f"2026 {authority.id}")  # noqa: S311 the same year each time, and nothing secret
        self.starts: dict[int, Start] = {}
        self.begun = clock.now().date()
        register = root / "config" / "schools" / f"{authority.id}.csv"
        people = root / "config" / "people" / f"{authority.id}.csv"
        if register.is_file():
            engine.schools.import_file(register.read_bytes(), authority.id)
        if people.is_file():
            engine.people.import_file(people.read_bytes(), authority.id)
        with engine.reading(self._looking()) as session:
            self.register = sorted(school.urn for school in queries.schools(session))
        own = [each for each in STARTS if each.authority == authority.id]
        why_closed = engine.calendars.of(authority.id).why_closed
        self.starting = [(first_day(each, self.begun, DAYS, why_closed), each) for each in own]
        self.kept = kept(own, self.register)
        self.scopes = {
            person.username: engine.people.scope(authority.id, person.roles, person.username)
            for person in authority.people
        }
        if files:
            engine.deployments.deploy(files, by=Scope(authority.id, frozenset(), "sample"), note="Sample diagrams")

    def until_done(self, start: Start) -> None:
        """Begin a case and do what it asks, day after day."""
        self._start(start)
        while waiting := self._open():
            self.clock.advance(timedelta(days=1))
            self.engine.jobs.run_due()
            for task in waiting:
                self._complete(task)

    def day(self, day: date, end: datetime) -> None:
        """A day's work until ``end``: what falls due in the morning, and on a weekday what people start and complete."""
        if self._at(datetime.combine(day, self.config.fires_at, ZONE) + AFTER_FIRING, end):
            self.engine.jobs.run_due()
            self.engine.jobs.tell_late()
        if day.weekday() < 5:
            for moment, act in sorted(self._planned(day), key=lambda planned: planned[0]):
                if self._at(moment, end):
                    act()
                    self.engine.jobs.run_due()

    def _at(self, moment: datetime, end: datetime) -> bool:
        """Move the clock there, unless it has been there or that lies past the end."""
        reached = self.clock.now() < moment <= end
        if reached:
            self.clock.set(moment)
        return reached

    def _planned(self, day: date) -> Iterator[tuple[datetime, Callable[[], None]]]:
        since = (day - self.begun).days
        for start in (each for first, each in self.starting if first == since):
            yield self._moment(day), partial(self._start, start)
        for task in self._completed(since):
            yield self._moment(day), partial(self._complete, task)

    def _completed(self, since: int) -> Iterator[TaskRow]:
        """The open tasks that somebody gets to on that day."""
        likely = GETS_TO_IT if since < DAYS - LAST_DAYS else LATELY
        waiting = self._open()
        theirs = {task.id: self._whose(task) for task in waiting} if since >= DAYS - KEEPS_ONE else {}
        left = Counter(person for people in theirs.values() for person in people)
        for task in waiting:
            start = self.starts.get(task.instance_id, NOBODY)
            if start.waits_at:
                done = task.element not in _left(start, since)
            else:
                done = self.chance.random() < likely and _lets_go(theirs.get(task.id, ()), left)
            if done:
                yield task

    def _whose(self, task: TaskRow) -> list[str]:
        """The sample people in whose inbox the task is."""
        return [
            name
            for name, scope in self.scopes.items()
            if scope.holds(task.roles, at=task.school_urn, case=task.instance_id)
        ]

    def _moment(self, day: date) -> datetime:
        minute = self.chance.randrange(FROM_HOUR * 60, TO_HOUR * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), ZONE)

    def _open(self) -> list[TaskRow]:
        with self.engine.reading(self._looking()) as session:
            return queries.open_tasks(session)

    def _looking(self) -> Scope:
        return Scope(self.authority.id, frozenset(), "sample", oversees=True)

    def _start(self, start: Start) -> None:
        """Start the cases for the schools from the first on that may have one."""
        by = _person(self.authority, start.role)
        with self.engine.reading(by) as session:
            content = queries.start_form(session, queries.latest_definition(session, start.process).id)
        for urn in self.register[start.first :]:
            if not start.waits_at and (start.process, urn) in self.kept:
                continue
            try:
                values = self._answers(load_form(content), {}, by, start.answers, urn) if content else {}
                case = self.engine.cases.start(start.process, variables=values, by=by, school=urn)
            except PathwaysError:  # it has a case already, the process is not for it, or its form refuses the day
                continue
            self.starts[case] = start
            if sum(each is start for each in self.starts.values()) == start.number:
                break

    def _complete(self, task: TaskRow) -> None:
        """Complete a task that is still open: somebody's answer may have ended another's."""
        by = self._does(task)
        if by is None:
            return
        with self.engine.reading(by) as session:
            detail = queries.task(session, task.id)
        if detail.row.status == "open":
            start = self.starts.get(task.instance_id, NOBODY)
            form = load_form(detail.form) if detail.form else None
            if form and task.element != start.begins_late and self._waits_for_school(form, task.school_urn):
                return
            try:
                values = self._answers(form, dict(detail.variables), by, start.answers, task.school_urn) if form else {}
                self.engine.tasks.complete(task.id, values, by=by)
            except (
                PathwaysError
            ) as refused:  # as in life: the task stays open, and an incident tells of a step that failed
                log.info("%s stays open: %s", task.element, refused)

    def _does(self, task: TaskRow) -> Scope | None:
        """Who completes the task: for the first of its roles that somebody holds for its school; None when nobody does."""
        known = self.authority.roles
        for role in (known[each] for each in task.roles if each in known):
            if role.kind == OFFICER:
                return _person(self.authority, role.id)
            for name in self.engine.people.of_school(self.authority.id, task.school_urn or "", role.id):
                return self.engine.people.scope(self.authority.id, (), name)
        return None

    def _waits_for_school(self, form: Form, school: str | None) -> bool:
        """Whether a form asks when something was held, given or sent, on a day on which school is closed."""
        dated = any(each.kind == "datetime" for each in form.fields)
        return dated and bool(self.engine.calendars.of(self.authority.id, school).why_closed(self._today()))

    def _today(self) -> date:
        return self.clock.now().astimezone(ZONE).date()

    def _answers(
        self,
        form: Form,
        variables: dict[str, Any],
        by: Scope,
        steered: Mapping[str, str],
        school: str | None,
    ) -> dict[str, Any]:
        today, why_closed = self._today(), self.engine.calendars.of(by.authority, school).why_closed
        said = answers.given(form.fields, today, self.chance, why_closed)
        dated = {each.key for each in form.fields if each.kind == "datetime"}
        days = {key: date.fromisoformat(value) for key, value in said.items() if key in dated}
        given = {key: value for key, value in said.items() if key not in dated}
        standing = answers.standing(school, self.chance, steady=any(school == urn for _, urn in self.kept))
        choose = partial(answers.choose, self.chance, {**standing, **steered})
        feel = AtTime(Feel.shared(), self.clock.now(), why_closed)
        return plausible(form, variables, feel, by.roles_at(school, None), today, given, choose, days=days)

    def something_goes_wrong(self) -> None:
        """Cases that a manager has to look at: a notice without its period. One is begun for it, to be sure."""
        if self.authority.id == BLOCKED.authority:
            self._start(BLOCKED)
            for task in _first_of_each(self._open()[::-1], ("determine-notice",)):
                values = {"notice_decision": "notice", "notice_grounds": ["low standards"]}
                self.engine.tasks.complete(task.id, values, by=_person(self.authority, "head-of-education"))
            for task in _first_of_each(self._open()[::-1], WITHOUT_A_PERIOD):
                with suppress(PathwaysError):  # the case is as it was, and an incident tells of it
                    self.engine.tasks.complete(task.id, {}, by="import")


def _left(start: Start, since: int) -> Collection[str]:
    """The tasks of a case that waits that are left open so many days into the year."""
    return (start.waits_at,) if since >= DAYS - BEGUN_LATE else (start.waits_at, start.begins_late)


def _lets_go(people: Collection[str], left: Counter[str]) -> bool:
    """Whether a task of these people may be completed: nobody is left without one."""
    left.subtract(people)
    last = any(left[person] == 0 for person in people)
    left.update(people if last else ())
    return not last


def _person(authority: Authority, role: str) -> Scope:
    """Somebody who holds a role. They look as whoever sees every case: the year is theirs, and looking costs less so."""
    return Scope(authority.id, frozenset({role}), f"{role}@{authority.id}.example.org", oversees=True, unbarred=True)


def _first_of_each(tasks: list[TaskRow], elements: tuple[str, ...]) -> Iterator[TaskRow]:
    for element in elements:
        yield from [task for task in tasks if task.element == element][:1]


def resources(root: Path, authority: str) -> dict[str, bytes]:
    """The diagrams, decision tables and forms of an authority, by their path in the repository."""
    found = [*root.glob(f"processes/{authority}/*.bpmn"), *root.glob(f"processes/{authority}/*.dmn")]
    found += root.glob(f"forms/{authority}/*.form")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}
