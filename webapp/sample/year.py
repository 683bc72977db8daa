"""A year of invented work, so that sample mode shows cases at every stage: the real engine runs through it day by day.

Timers fire on their day, rounds begin by themselves, people start cases and complete their tasks on weekdays through the
real forms, and now and then one is late. It is the same year each time, seen from the day on which it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from engine import Config, Engine, Scope, queries
from engine.calendar.files import Calendars
from engine.clock import Clock, SystemClock, VirtualClock
from engine.errors import LiveCaseExists, NotForThisSchool, PathwaysError, SampleYearTorn
from engine.feel import Feel
from engine.forms import Component, Form, load_form, plausible
from engine.people.authorities import OFFICER, Authority
from engine.queries import TaskRow
from engine.settings import YEAR_BEGUN, YEAR_WHOLE
from webapp.dates import ZONE
from webapp.sample import answers

DAYS = 364
#: How likely somebody is to get to a task on a weekday, and in the last weeks, so that some are overdue.
GETS_TO_IT, LATELY = 0.25, 0.12
#: In the last days of the year: where people get to less, and where each role keeps its last open task.
LAST_DAYS, KEEPS_ONE = 35, 84
#: When people are at work, local time, and how soon after the hour at which timers fire they are run.
FROM_HOUR, TO_HOUR, AFTER_FIRING = 9, 17, timedelta(minutes=1)


@dataclass(frozen=True)
class Start:
    """Cases that somebody starts: when, by which role, for how many schools of the register, and which is the first.

    ``answers`` are what people answer in these cases; a task that is named in ``waits_at`` is left open.
    """

    authority: str
    week: int
    process: str
    role: str
    number: int
    first: int
    answers: Mapping[str, Any] = field(default_factory=dict)
    waits_at: str = ""


NOTICE: Mapping[str, Any] = {"step_result": "next", "notice_decision": "notice", "notice_outcome": "not complied"}
NOT_ENOUGH: Mapping[str, Any] = {
    "losi": "intensive",
    "entry_agreed": "yes",
    "robust_plan": "yes",
    "meeting_result": "not enough",
    "ask_notice": "yes",
    "notice_wanted": "yes",
    "notice_approved": "yes",
    "notice_outcome": "not complied",
    "powers_used": ["governors", "budget"],
    "powers_agreed": "yes",
}
POWERS: Mapping[str, Any] = {"next_step": "powers"}
PRIMARY: Mapping[str, Any] = {"about_manager": "no", "complaint_phase": "primary"}
SECONDARY: Mapping[str, Any] = {"about_manager": "no", "complaint_phase": "secondary"}
STARTS = (
    Start("barnsley", 2, "barnsley-escalation", "seo", 2, 1),
    Start("barnsley", 16, "barnsley-escalation", "seo", 2, 7),
    Start("barnsley", 44, "barnsley-escalation", "system-leader", 3, 17),
    Start("barnsley", 20, "barnsley-concerns-maintained", "seo", 2, 7),
    Start("barnsley", 24, "barnsley-concerns-maintained", "seo", 2, 20, NOTICE, "answer-consultation"),
    Start("barnsley", 40, "barnsley-concerns-academy", "seo", 2, 5),
    Start("barnsley", 49, "barnsley-complaint", "seo", 2, 1, PRIMARY, "primary-answers"),
    Start("barnsley", 50, "barnsley-complaint", "system-leader", 1, 9, SECONDARY, "secondary-answers"),
    Start("redcar-cleveland", 8, "redcar-warning-notice", "head-of-education", 2, 7),
    Start("redcar-cleveland", 28, "redcar-warning-notice", "head-of-education", 2, 3, NOTICE, "answer-consultation"),
    Start("redcar-cleveland", 45, "redcar-warning-notice", "head-of-education", 2, 12),
    Start("redcar-cleveland", 48, "redcar-category-appeal", "sia", 2, 1),
    Start("cheshire-east", 1, "cheshire-east-iop", "mi-manager", 4, 0),
    Start("cheshire-east", 10, "cheshire-east-iop", "mi-manager", 1, 4, NOT_ENOUGH, "appoint-governors"),
    Start("cheshire-east", 30, "cheshire-east-iop", "mi-officer", 4, 8),
    Start("cheshire-east", 46, "cheshire-east-iop", "mi-manager", 3, 14),
    Start("luton", 4, "luton-ri-maintained", "sia", 3, 0),
    Start("luton", 18, "luton-ri-academy", "sia", 1, 5),
    Start("luton", 19, "luton-ri-academy", "sia", 1, 9),
    Start("luton", 24, "luton-inadequate", "service-director", 2, 3, POWERS, "answer-consultation"),
    Start("luton", 44, "luton-ri-academy", "sia", 1, 11, waits_at="send-plan"),
    Start("luton", 44, "luton-ri-maintained", "sia", 2, 20),
)
#: The case that is blocked in the end.
BLOCKED = Start("redcar-cleveland", 52, "redcar-warning-notice", "head-of-education", 1, 0)
#: Of a case that began by itself.
NOBODY = Start("", 0, "", "", 0, 0)
#: What people tend to answer where a first option would lead nowhere much; the rest is by chance.
TENDS = {
    "head_of_bsa_decision": "escalate",
    "school_category": "getting to good",
    "sisg_next": "carry on",
    "outcome": "meet again",
    "losi": "intensive",
    "entry_agreed": "yes",
    "meeting_result": "carry on",
    "ofsted_judgement": "none",
    "progress": "enough",
    "tier_1_result": "improved",
    "agreed_unit": "terms",
    "notice_decision": "notice",
    "next_step": "carry on",
    "particular_concern": "no",
    "compliance_unit": "working days",
    "trust_result": "assured",
    "step_result": "next",
}
#: How often they answer so.
TENDENCY = 0.7


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
    now = (present or SystemClock()).now()
    begun = now - timedelta(days=DAYS)
    clock = VirtualClock(begun)
    calendars = Calendars(root / "config" / "calendars", config.fires_at)
    engine = Engine(database, clock=clock, calendar=calendars, config=config)
    if not _is_wanted(engine, database):
        return 0
    begins()
    engine.installation.note_sample_year(YEAR_BEGUN)
    year = _Year(engine, clock, root, config)
    for day in range(DAYS + 1):
        year.day(begun.date() + timedelta(days=day), now)
    clock.set(now)
    year.something_goes_wrong()
    engine.installation.note_sample_year(YEAR_WHOLE)
    with engine.reading() as session:
        return queries.instances(session, page=1).total


def _is_wanted(engine: Engine, database: Any) -> bool:
    if engine.installation.sample_year() == YEAR_BEGUN:
        raise SampleYearTorn(database=getattr(database, "url", database))
    with engine.reading() as session:
        return not queries.instances(session).items


class _Year:
    def __init__(self, engine: Engine, clock: VirtualClock, root: Path, config: Config) -> None:
        self.engine, self.clock, self.config = engine, clock, config
        self.chance = Random(2026)  # noqa: S311 the same year each time, and nothing secret
        self.starts: dict[int, Start] = {}
        self.scopes: dict[str, dict[str, Scope]] = {}
        self.begun = clock.now().date()
        self.start_day = next(day for day in range(7) if (self.begun + timedelta(days=day)).weekday() == 1)  # a Tuesday
        for authority in config.authorities:
            register = root / "config" / "schools" / f"{authority}.csv"
            people = root / "config" / "people" / f"{authority}.csv"
            if register.is_file():
                engine.schools.import_file(register.read_bytes(), authority)
            if people.is_file():
                engine.people.import_file(people.read_bytes(), authority)
            self.scopes[authority] = {
                person.username: engine.people.scope(authority, person.roles, person.username)
                for person in config.authorities[authority].people
            }
            files = resources(root, authority)
            if files:
                engine.deployments.deploy(files, by=Scope(authority, frozenset(), "sample"), note="Sample diagrams")

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
        for authority in self.config.authorities.values():
            for task in self._completed(authority, since):
                yield self._moment(day), partial(self._complete, authority, task)

    def _starting(self, since: int) -> list[Start]:
        """The cases that people start so many days into the year."""
        week, weekday = divmod(since, 7)
        return [start for start in STARTS if weekday == self.start_day and start.week == week and self._knows(start)]

    def _completed(self, authority: Authority, since: int) -> Iterator[TaskRow]:
        """The open tasks that somebody gets to on that day."""
        likely = GETS_TO_IT if since < DAYS - LAST_DAYS else LATELY
        waiting = self._open(authority)
        theirs = {task.id: self._whose(authority, task) for task in waiting} if since >= DAYS - KEEPS_ONE else {}
        left = Counter(person for people in theirs.values() for person in people)
        for task in waiting:
            if self.chance.random() < likely and self._lets_go(task, theirs.get(task.id, ()), left):
                yield task

    def _whose(self, authority: Authority, task: TaskRow) -> list[str]:
        """The sample people in whose inbox the task is."""
        people = self.scopes[authority.id]
        return [name for name, scope in people.items() if scope.holds(task.roles, at=task.school_urn)]

    def _lets_go(self, task: TaskRow, people: Collection[str], left: Counter[str]) -> bool:
        """Whether the task may be completed: its case does not wait there, and nobody is left without a task."""
        if task.element == self.starts.get(task.instance_id, NOBODY).waits_at:
            return False
        left.subtract(people)
        last = any(left[person] == 0 for person in people)
        left.update(people if last else ())
        return not last

    def _moment(self, day: date) -> datetime:
        minute = self.chance.randrange(FROM_HOUR * 60, TO_HOUR * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), ZONE)

    def _knows(self, start: Start) -> bool:
        return start.authority in self.config.authorities

    def _open(self, authority: Authority) -> list[TaskRow]:
        with self.engine.reading(Scope(authority.id, frozenset(), "sample")) as session:
            return queries.open_tasks(session)

    def _start(self, start: Start) -> None:
        """Start the cases for the schools from the first on that may have one."""
        authority = self.config.authorities[start.authority]
        by = _person(authority, start.role)
        with self.engine.reading(by) as session:
            register = sorted(school.urn for school in queries.schools(session))
            content = queries.start_form(session, queries.latest_definition(session, start.process).id)
        for urn in islice(register, start.first, None):
            values = self._answers(load_form(content), {}, by, start.answers, urn) if content else {}
            try:
                case = self.engine.cases.start(start.process, variables=values, by=by, school=urn)
            except (LiveCaseExists, NotForThisSchool):
                continue
            self.starts[case] = start
            if sum(each is start for each in self.starts.values()) == start.number:
                break

    def _complete(self, authority: Authority, task: TaskRow) -> None:
        """Complete a task that is still open: somebody's answer may have ended another's."""
        by = self._does(authority, task)
        if by is None:
            return
        with self.engine.reading(by) as session:
            detail = queries.task(session, task.id)
        if detail.row.status == "open":
            steered = self.starts.get(task.instance_id, NOBODY).answers
            form = load_form(detail.form) if detail.form else None
            values = self._answers(form, dict(detail.variables), by, steered, task.school_urn) if form else {}
            self.engine.tasks.complete(task.id, values, by=by)

    def _does(self, authority: Authority, task: TaskRow) -> Scope | None:
        """Who completes the task: for the first of its roles that somebody holds for its school; None when nobody does."""
        for role in (authority.roles[each] for each in task.roles if each in authority.roles):
            if role.kind == OFFICER:
                return _person(authority, role.id)
            for name in self.engine.people.of_school(authority.id, task.school_urn or "", role.id):
                return self.engine.people.scope(authority.id, (), name)
        return None

    def _answers(
        self,
        form: Form,
        variables: dict[str, Any],
        by: Scope,
        steered: Mapping[str, Any],
        school: str | None,
    ) -> dict[str, Any]:
        today = self.clock.now().astimezone(ZONE).date()
        asked = {each.key for each in form.fields}
        given = {
            **answers.given(form.fields, today, self.chance),
            **{key: value for key, value in steered.items() if key in asked},
        }
        return plausible(form, variables, Feel.shared(), by.roles_at(school), today, given, self._choose)

    def _choose(self, question: Component, options: list[Any]) -> Any:
        wanted = TENDS.get(question.key)
        return wanted if wanted in options and self.chance.random() < TENDENCY else self.chance.choice(options)

    def something_goes_wrong(self) -> None:
        """Cases that a manager has to look at: a notice without its period. One is begun for it, to be sure."""
        authority = self.config.authorities.get(BLOCKED.authority)
        if authority is not None:
            self._start(BLOCKED)
            for task in _first_of_each(self._open(authority)[::-1], ("determine-notice",)):
                values = {"notice_decision": "notice", "notice_grounds": ["low standards"]}
                self.engine.tasks.complete(task.id, values, by=_person(authority, "head-of-education"))
        begun = self._open(authority)[::-1] if authority is not None else []
        for task in _first_of_each(
            [*begun, *self.engine.tasks.open()], ("give-notice", "write-notice", "section-60", "warning-notice")
        ):
            try:
                self.engine.tasks.complete(task.id, {}, by="import")
            except PathwaysError:
                continue  # the case is as it was, and an incident tells of it


def _person(authority: Authority, role: str) -> Scope:
    return Scope(authority.id, frozenset({role}), f"{role}@{authority.id}.example.org")


def _first_of_each(tasks: list[TaskRow], elements: tuple[str, ...]) -> Iterator[TaskRow]:
    for element in elements:
        yield from [task for task in tasks if task.element == element][:1]


def resources(root: Path, authority: str) -> dict[str, bytes]:
    """The diagrams, decision tables and forms of an authority, by their path in the repository."""
    found = [*root.glob(f"processes/{authority}/*.bpmn"), *root.glob(f"processes/{authority}/*.dmn")]
    found += root.glob(f"forms/{authority}/*.form")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}
