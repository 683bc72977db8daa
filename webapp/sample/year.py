"""A year of invented work, so that sample mode shows cases at every stage: the real engine runs through it week by week.

Timers fire on their day, rounds begin by themselves, people start cases and complete their tasks through the real forms, and
now and then one is late. It is the same year each time, seen from the day on which it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from engine import Config, Engine, Scope, queries
from engine.calendar.files import Calendars
from engine.clock import SystemClock, VirtualClock
from engine.errors import PathwaysError, SampleYearTorn
from engine.feel import Feel
from engine.forms import Component, Form, load_form, plausible
from engine.people.authorities import Authority
from engine.queries import TaskRow
from engine.settings import YEAR_BEGUN, YEAR_WHOLE

WEEKS = 52
#: How likely somebody is to get to a task in a week, and in the last weeks, so that some are overdue.
GETS_TO_IT, LATELY, LAST_WEEKS = 0.75, 0.45, 5
#: Cases that people start: authority, week, process, the starter's role, how many schools, and the first of them.
STARTS = (
    ("barnsley", 2, "barnsley-escalation", "seo", 2, 1),
    ("barnsley", 16, "barnsley-escalation", "seo", 2, 7),
    ("barnsley", 44, "barnsley-escalation", "system-leader", 3, 17),
    ("barnsley", 20, "barnsley-concerns-maintained", "seo", 2, 4),
    ("barnsley", 40, "barnsley-concerns-academy", "seo", 2, 11),
    ("barnsley", 47, "barnsley-complaint", "seo", 2, 2),
    ("redcar-cleveland", 8, "redcar-warning-notice", "head-of-education", 2, 8),
    ("redcar-cleveland", 45, "redcar-warning-notice", "head-of-education", 2, 12),
    ("redcar-cleveland", 48, "redcar-category-appeal", "sia", 2, 1),
    ("cheshire-east", 1, "cheshire-east-iop", "mi-manager", 4, 0),
    ("cheshire-east", 30, "cheshire-east-iop", "mi-officer", 4, 8),
    ("cheshire-east", 46, "cheshire-east-iop", "mi-manager", 3, 14),
    ("luton", 4, "luton-ri-maintained", "sia", 3, 0),
    ("luton", 18, "luton-ri-academy", "sia", 2, 5),
    ("luton", 36, "luton-inadequate", "service-director", 1, 10),
    ("luton", 44, "luton-ri-maintained", "sia", 2, 20),
)
#: The case that is blocked in the end.
BLOCKED = ("redcar-cleveland", "redcar-warning-notice", "head-of-education", 1, 20)
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
#: Days from today for dates that lie ahead, by question.
AHEAD = {"meeting_date": 56}
SAYS = (
    "Seen on the visit and talked through with the headteacher.",
    "The plan is on track; two milestones are late.",
    "Phonics has improved; reading in the upper years has not.",
    "Governors ask for evidence and get it.",
    "Attendance is better for most groups.",
    "New leaders have made a good start.",
    "Agreed with the chair of governors.",
)


def live(database: Any, root: Path, config: Config, begins: Callable[[], None] = lambda: None) -> int:
    """Live through a year that ends now; how many cases it made. ``begins`` is called before it does.

    Does nothing where there are cases already. Raises SampleYearTorn where an earlier call was cut short.
    """
    now = SystemClock().now()
    clock = VirtualClock(now - timedelta(weeks=WEEKS))
    calendars = Calendars(root / "config" / "calendars", config.fires_at)
    engine = Engine(database, clock=clock, calendar=calendars, config=config)
    if not _is_wanted(engine, database):
        return 0
    begins()
    engine.installation.note_sample_year(YEAR_BEGUN)
    year = _Year(engine, clock, root, config)
    for week in range(WEEKS):
        year.week(week)
        clock.set(now - timedelta(weeks=WEEKS - week - 1))
        engine.jobs.run_due()
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
        self.forms: dict[int, Form] = {}
        for authority in config.authorities:
            register = root / "config" / "schools" / f"{authority}.csv"
            if register.is_file():
                engine.schools.import_file(register.read_bytes(), authority)
            files = resources(root, authority)
            if files:
                engine.deployments.deploy(files, by=Scope(authority, frozenset(), "sample"), note="Sample diagrams")

    def week(self, week: int) -> None:
        """What people do in a week: start cases, and get to most of their tasks."""
        for name, when, process, role, number, first in STARTS:
            if when == week and name in self.config.authorities:
                self._start(self.config.authorities[name], process, role, number, first)
        likely = GETS_TO_IT if week < WEEKS - LAST_WEEKS else LATELY
        for authority in self.config.authorities.values():
            for task in self._open(authority):
                if self.chance.random() < likely:
                    self._complete(authority, task)

    def _open(self, authority: Authority) -> list[TaskRow]:
        with self.engine.reading(Scope(authority.id, frozenset(), "sample")) as session:
            return queries.open_tasks(session)

    def _start(self, authority: Authority, process: str, role: str, number: int, first: int) -> None:
        by = _person(authority, role)
        with self.engine.reading(by) as session:
            schools = [school.urn for school in queries.schools(session)][first : first + number]
            content = queries.start_form(session, queries.latest_definition(session, process).id)
        for urn in schools:
            values = self._answers(load_form(content), {}, by) if content else {}
            self.engine.cases.start(process, variables=values, by=by, school=urn)

    def _complete(self, authority: Authority, task: TaskRow) -> None:
        by = _person(authority, next((role for role in task.roles if role in authority.roles), ""))
        with self.engine.reading(by) as session:
            detail = queries.task(session, task.id)
        values = self._answers(load_form(detail.form), dict(detail.variables), by) if detail.form else {}
        self.engine.tasks.complete(task.id, values, by=by)

    def _answers(self, form: Form, variables: dict[str, Any], by: Scope) -> dict[str, Any]:
        today = self.clock.now().date()
        given = {
            key: _later(today, days) for key, days in AHEAD.items() if any(each.key == key for each in form.fields)
        }
        return plausible(form, variables, Feel.shared(), by.roles, today, given, self._choose, self._say)

    def _choose(self, question: Component, options: list[Any]) -> Any:
        wanted = TENDS.get(question.key)
        return wanted if wanted in options and self.chance.random() < TENDENCY else self.chance.choice(options)

    def _say(self, question: Component) -> str:
        said, longest = self.chance.choice(SAYS), question.rules.max_length
        return said[:longest] if isinstance(longest, int) else said

    def something_goes_wrong(self) -> None:
        """Cases that a manager has to look at: a period in a unit that nobody knows. One is begun for it, to be sure."""
        authority = self.config.authorities.get(BLOCKED[0])
        if authority is not None:
            self._start(authority, *BLOCKED[1:])
            for task in _first_of_each(self._open(authority)[::-1], ("determine-notice",)):
                values = {"notice_decision": "notice", "notice_grounds": ["low standards"]}
                self.engine.tasks.complete(task.id, values, by=_person(authority, "head-of-education"))
        for task in _first_of_each(
            self.engine.tasks.open(), ("give-notice", "write-notice", "section-60", "warning-notice")
        ):
            try:
                self.engine.tasks.complete(
                    task.id, {"compliance_length": 2, "compliance_unit": "fortnights"}, by="import"
                )
            except PathwaysError:
                continue  # the case is as it was, and an incident tells of it


def _later(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


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
