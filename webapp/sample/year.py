"""A year of invented work, so that sample mode shows cases at every stage: the real engine runs through it day by day.

Timers fire on their day, rounds begin by themselves, people start cases and complete their tasks on weekdays through the
real forms, and now and then one is late. It is the same year each time, seen from the day on which it is made.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
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

log = logging.getLogger(__name__)

DAYS = 364
#: How likely somebody is to get to a task on a weekday, and in the last weeks, so that some are overdue.
GETS_TO_IT, LATELY = 0.25, 0.12
#: In the last days of the year: where people get to less, and where each role keeps its last open task.
LAST_DAYS, KEEPS_ONE = 35, 112
#: In the last days of the year: where a task is begun that ends by itself, since nobody does it, after ten working days.
BEGUN_LATE = 12
#: Whose years take longest, since their rounds begin for every school: they are begun first.
LONGEST = ("barnsley", "redcar-cleveland")
#: When people are at work, local time, and how soon after the hour at which timers fire they are run.
FROM_HOUR, TO_HOUR, AFTER_FIRING = 9, 17, timedelta(minutes=1)


class SampleYearTorn(PathwaysError):
    """The making of the sample year in {database} was interrupted, so only a part of it is there. Empty that database, or
    name another one in DATABASE_URL, and start again; "pathways run --sample --empty" starts without a sample year."""


@dataclass(frozen=True)
class Start:
    """Cases that somebody starts: when, by which role, for how many schools of the register, and which is the first.

    ``answers`` are what people answer in these cases; a task that is named in ``waits_at`` is left open, and what comes before
    it is done within a day, so that the case is there on whichever day the year ends. Where that task ends by itself after
    some days, the one before it, named in ``begins_late``, is left until shortly before the year's end.
    """

    authority: str
    week: int
    process: str
    role: str
    number: int
    first: int
    answers: Mapping[str, str] = field(default_factory=dict)
    waits_at: str = ""
    begins_late: str = ""


NOTICE: Mapping[str, str] = {
    "step_result": "next",
    "notice_decision": "notice",
    "compliance_unit": "working days",
    "notice_outcome": "not complied",
}
NOT_ENOUGH: Mapping[str, str] = {
    "losi": "intensive",
    "entry_agreed": "yes",
    "robust_plan": "yes",
    "meeting_result": "not enough",
    "ask_notice": "yes",
    "notice_wanted": "yes",
    "notice_approved": "yes",
    "notice_outcome": "not complied",
    "powers_used": "governors",
    "powers_agreed": "yes",
}
TO_STAGE_2: Mapping[str, str] = {
    "head_of_bsa_decision": "escalate",
    "without_sisg_decision": "stage 2",
    "sisg_next": "consider stage 2",
    "stage_2_seo": "escalate",
    "stage_2_hep": "escalate",
    "meeting_held": "yes",
    "outcome": "meet again",
}
TO_TIER_2: Mapping[str, str] = {
    "losi": "intensive",
    "entry_agreed": "yes",
    "robust_plan": "yes",
    "meeting_held": "yes",
    "meeting_result": "carry on",
}
HR: Mapping[str, str] = {**TO_TIER_2, "specialist_teams": "hr"}
FINANCE: Mapping[str, str] = {**TO_TIER_2, "specialist_teams": "finance"}
POWERS: Mapping[str, str] = {"next_step": "powers"}
PRIMARY: Mapping[str, str] = {"about_manager": "no", "complaint_phase": "primary"}
SECONDARY: Mapping[str, str] = {"about_manager": "no", "complaint_phase": "secondary"}
STARTS = (
    Start("barnsley", 2, "barnsley-escalation", "seo", 2, 1),
    Start("barnsley", 16, "barnsley-escalation", "seo", 2, 7),
    Start("barnsley", 44, "barnsley-escalation", "system-leader", 3, 17),
    Start("barnsley", 34, "barnsley-escalation", "seo", 1, 0, TO_STAGE_2, "internal-report"),
    Start("barnsley", 35, "barnsley-escalation", "system-leader", 2, 20, TO_STAGE_2, "internal-report"),
    Start("barnsley", 45, "barnsley-escalation", "seo", 1, 9, TO_STAGE_2, "hold-meeting"),
    Start("barnsley", 49, "barnsley-escalation", "seo", 1, 11, waits_at="document-evidence"),
    Start("barnsley", 50, "barnsley-escalation", "system-leader", 1, 14, waits_at="consider-evidence"),
    Start("barnsley", 20, "barnsley-concerns-maintained", "seo", 2, 7),
    Start("barnsley", 39, "barnsley-concerns-maintained", "seo", 2, 20, NOTICE, "answer-consultation"),
    Start("barnsley", 40, "barnsley-concerns-academy", "seo", 2, 5),
    Start("barnsley", 49, "barnsley-complaint", "seo", 2, 1, PRIMARY, "primary-answers"),
    Start("barnsley", 50, "barnsley-complaint", "system-leader", 1, 9, SECONDARY, "secondary-answers"),
    Start("redcar-cleveland", 8, "redcar-warning-notice", "head-of-education", 2, 7),
    Start("redcar-cleveland", 43, "redcar-warning-notice", "head-of-education", 2, 3, NOTICE, "answer-consultation"),
    Start("redcar-cleveland", 45, "redcar-warning-notice", "head-of-education", 2, 12),
    Start("redcar-cleveland", 48, "redcar-category-appeal", "sia", 2, 1),
    Start("cheshire-east", 1, "cheshire-east-iop", "mi-manager", 3, 0),
    Start("cheshire-east", 10, "cheshire-east-iop", "mi-manager", 1, 4, NOT_ENOUGH, "appoint-governors"),
    Start("cheshire-east", 30, "cheshire-east-iop", "mi-officer", 2, 8),
    Start("cheshire-east", 43, "cheshire-east-iop", "mi-officer", 1, 10, TO_TIER_2, "management-group"),
    Start("cheshire-east", 44, "cheshire-east-iop", "mi-manager", 1, 3, TO_TIER_2, "consult-diocese"),
    Start("cheshire-east", 46, "cheshire-east-iop", "mi-manager", 3, 14),
    Start("cheshire-east", 47, "cheshire-east-iop", "mi-officer", 1, 20, HR, "specialist-support"),
    Start("cheshire-east", 47, "cheshire-east-iop", "mi-officer", 1, 22, FINANCE, "specialist-support"),
    Start("cheshire-east", 50, "cheshire-east-iop", "mi-officer", 1, 17, TO_TIER_2, "agree-entry"),
    Start("luton", 4, "luton-ri-maintained", "sia", 3, 0),
    Start("luton", 18, "luton-ri-academy", "sia", 1, 5),
    Start("luton", 19, "luton-ri-academy", "sia", 1, 9),
    Start("luton", 45, "luton-inadequate", "service-director", 2, 3, POWERS, "answer-consultation", "propose-powers"),
    Start("luton", 44, "luton-ri-academy", "sia", 1, 11, waits_at="send-plan"),
    Start("luton", 44, "luton-ri-maintained", "sia", 2, 20),
    Start("luton", 49, "luton-safeguarding-audit", "safeguarding-officer", 2, 3, waits_at="submit-audit"),
    Start("luton", 50, "luton-professionals-meeting", "sia", 1, 13, waits_at="professionals-meeting"),
)
#: The case that is blocked in the end.
BLOCKED = Start("redcar-cleveland", 52, "redcar-warning-notice", "head-of-education", 1, 0)
#: The tasks whose answers say how long a notice runs.
WITHOUT_A_PERIOD = ("give-notice", "write-notice", "section-60", "warning-notice")
#: Of a case that began by itself.
NOBODY = Start("", 0, "", "", 0, 0)


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
    config = config.without_mail()  # nobody gets the mail of an invented year
    now = (present or SystemClock()).now()
    begun = now - timedelta(days=DAYS)
    engine = Engine(database, clock=VirtualClock(begun), config=config)
    if not _is_wanted(engine, database):
        return 0
    begins()
    engine.installation.note_sample_year(YEAR_BEGUN)
    url = make_url(getattr(database, "url", database))
    if url.get_backend_name() == "sqlite" and url.database:
        in_parts(Path(url.database), sorted(config.authorities, key=_shorter), partial(_live_aside, root, config, now))
    else:
        for authority in config.authorities:
            _live(database, root, config, now, authority)
    engine.installation.note_sample_year(YEAR_WHOLE)
    with engine.reading() as session:
        return queries.instances(session, page=1).total


def _shorter(authority: str) -> bool:
    return authority not in LONGEST


def _live_aside(root: Path, config: Config, now: datetime, url: str, authority: str) -> None:
    """The year of one authority in an SQLite file that is nothing until all are whole."""
    database = make_engine(url)
    event.listen(database, "connect", unsafe)
    _live(database, root, config, now, authority)
    database.dispose()


def _live(database: Any, root: Path, config: Config, now: datetime, authority: str) -> None:
    clock = VirtualClock(now - timedelta(days=DAYS))
    calendars = Calendars(root / "config" / "calendars", config.fires_at)
    alone = replace(config, authorities={authority: config.authorities[authority]})
    engine = Engine(database, clock=clock, calendar=calendars, config=alone)
    with coming_from(Origin(SAMPLE)), engine.transactions.audited_at_the_end():
        year = _Year(engine, clock, root, alone, config.authorities[authority])
        for day in range(DAYS + 1):
            year.day(year.begun + timedelta(days=day), now)
        clock.set(now)
        year.something_goes_wrong()


def _is_wanted(engine: Engine, database: Any) -> bool:
    if engine.installation.sample_year() == YEAR_BEGUN:
        raise SampleYearTorn(database=getattr(database, "url", database))
    with engine.reading() as session:
        return not queries.instances(session).items


class _Year:
    """A year of one authority, from the day that the engine's clock shows."""

    def __init__(self, engine: Engine, clock: VirtualClock, root: Path, config: Config, authority: Authority) -> None:
        self.engine, self.clock, self.config, self.authority = engine, clock, config, authority
        self.chance = Random(f"2026 {authority.id}")  # noqa: S311 the same year each time, and nothing secret
        self.starts: dict[int, Start] = {}
        self.begun = clock.now().date()
        self.start_day = next(day for day in range(7) if (self.begun + timedelta(days=day)).weekday() == 1)  # a Tuesday
        register = root / "config" / "schools" / f"{authority.id}.csv"
        people = root / "config" / "people" / f"{authority.id}.csv"
        if register.is_file():
            engine.schools.import_file(register.read_bytes(), authority.id)
        if people.is_file():
            engine.people.import_file(people.read_bytes(), authority.id)
        self.scopes = {
            person.username: engine.people.scope(authority.id, person.roles, person.username)
            for person in authority.people
        }
        files = resources(root, authority.id)
        if files:
            engine.deployments.deploy(files, by=Scope(authority.id, frozenset(), "sample"), note="Sample diagrams")

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
        for start in self._starting(since):
            yield self._moment(day), partial(self._start, start)
        for task in self._completed(since):
            yield self._moment(day), partial(self._complete, task)

    def _starting(self, since: int) -> list[Start]:
        """The cases that people start so many days into the year."""
        week, weekday = divmod(since, 7)
        wanted = (self.authority.id, week, self.start_day)
        return [start for start in STARTS if (start.authority, start.week, weekday) == wanted]

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
        return [name for name, scope in self.scopes.items() if scope.holds(task.roles, at=task.school_urn)]

    def _moment(self, day: date) -> datetime:
        minute = self.chance.randrange(FROM_HOUR * 60, TO_HOUR * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), ZONE)

    def _open(self) -> list[TaskRow]:
        with self.engine.reading(Scope(self.authority.id, frozenset(), "sample", oversees=True)) as session:
            return queries.open_tasks(session)

    def _start(self, start: Start) -> None:
        """Start the cases for the schools from the first on that may have one."""
        by = _person(self.authority, start.role)
        with self.engine.reading(by) as session:
            register = sorted(school.urn for school in queries.schools(session))
            content = queries.start_form(session, queries.latest_definition(session, start.process).id)
        for urn in islice(register, start.first, None):
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
            steered = self.starts.get(task.instance_id, NOBODY).answers
            form = load_form(detail.form) if detail.form else None
            if form and self._waits_for_school(form, task.school_urn):
                return
            try:
                values = self._answers(form, dict(detail.variables), by, steered, task.school_urn) if form else {}
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
        choose = partial(answers.choose, self.chance, {**answers.standing(school, self.chance), **steered})
        feel = AtTime(Feel.shared(), self.clock.now(), why_closed)
        return plausible(form, variables, feel, by.roles_at(school), today, given, choose, days=days)

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
