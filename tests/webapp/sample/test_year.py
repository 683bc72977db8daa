"""The year of invented work: the real engine makes it, and it reads like life."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Config, Engine, queries
from engine.calendar.files import Calendars
from engine.clock import VirtualClock
from engine.forms import Component, load_form
from engine.queries import TaskDetail
from engine.queries.retention import disposals
from engine.settings import YEAR_BEGUN
from engine.store.tables import History, Notification, SchoolCategory, UserTask
from webapp.sample import answers, year

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
#: When school has been closed for four weeks, and much that is asked for waits.
AUGUST = datetime(2027, 8, 20, 10, 0, tzinfo=UTC)
#: No school calendar goes back so far.
LONG_AGO = date(2020, 1, 1)
CONFIG = Config.load(ROOT / "config", {})
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
#: What their work is, when it is not in tasks: diagrams, the people and roles of the authority, the audit trail.
OTHER_WORK = {"own-processes", "administer", "audit"}
#: Roles that no diagram of their authority asks for anything: they are told how cases go on.
TOLD_ONLY = {
    "barnsley": {"quality-of-education-group", "lead-member", "bsa-chair"},
    "cheshire-east": {"foundation-governor-appointer"},
    "luton": set[str](),
    "redcar-cleveland": {"chief-executive", "elected-member", "headteacher"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine on a database with the year in it, made on Thursday 26 November 2026."""
    engine = _engine(tmp_path_factory.mktemp("year"), NOW)
    begun: list[str] = []
    cases = year.make(str(_url(engine)), ROOT, CONFIG, lambda: begun.append("once"), VirtualClock(NOW))
    assert cases > 300, "rounds, and what people began"
    assert begun == ["once"]
    return engine


@pytest.fixture(scope="module")
def in_holidays(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The same, made in the summer holidays."""
    engine = _engine(tmp_path_factory.mktemp("holidays"), AUGUST)
    year.make(str(_url(engine)), ROOT, CONFIG, present=VirtualClock(AUGUST))
    return engine


def _engine(folder: Path, now: datetime) -> Engine:
    engine = Engine(f"sqlite:///{folder}/year.db", clock=VirtualClock(now), config=CONFIG)
    engine.create_schema()
    return engine


def _url(engine: Engine) -> Any:
    with engine.reading() as session:
        return session.get_bind().url  # type: ignore[union-attr]


def test_it_is_made_once(made: Engine) -> None:
    begun: list[str] = []
    assert year.make(str(_url(made)), ROOT, CONFIG, lambda: begun.append("again"), VirtualClock(NOW)) == 0
    assert begun == []


def test_it_has_cases_at_every_stage(made: Engine) -> None:
    with made.reading() as session:
        pages = range(1, queries.instances(session).total // 20 + 2)
        cases = [case for page in pages for case in queries.instances(session, page=page).items]
    assert {case.status for case in cases} >= {"active", "completed"}
    assert max(case.started for case in cases) <= NOW


def test_one_case_is_blocked_and_some_tasks_are_overdue(made: Engine) -> None:
    with made.reading() as session:
        troubles, tasks = queries.incidents(session), queries.open_tasks(session)
    assert any("cannot be said how long to wait" in trouble.message for trouble in troubles)
    assert any(task.due is not None and task.due < NOW for task in tasks)
    assert all(task.created <= NOW for task in tasks)


def _waited_too_long(row: History) -> bool:
    """Whether a timer fired late; one whose date had passed before its wait began could not fire sooner."""
    late = (row.detail or {}).get("late_by")
    return late is not None and row.entered is not None and row.entered < row.ended - timedelta(seconds=late)


def test_whatever_fell_due_has_happened_on_its_day(made: Engine) -> None:
    with made.reading() as session:
        waiting = queries.timers(session)
        answered = {
            (row.instance_id, row.ended) for row in session.execute(select(UserTask.instance_id, UserTask.ended))
        }
        late = [row for row in session.scalars(select(History)) if _waited_too_long(row)]
    assert all(timer.due > NOW for timer in waiting)
    by_itself = [
        row.element for row in late if (row.instance_id, row.ended) not in answered
    ]  # no answer set its date then
    assert by_itself == []


def test_a_case_that_ended_long_ago_is_due_for_deletion(made: Engine) -> None:
    made.retention.follow()
    with made.reading() as session:
        waiting = disposals(session, "waiting").items
    assert [(row.process, row.ended.year) for row in waiting] == [("barnsley-complaint", 2017)]
    assert waiting[0].holds.answers > 0


def test_a_school_has_changed_its_category(made: Engine) -> None:
    with made.reading() as session:
        assert any(queries.categories(session, school.urn) for school in queries.schools(session))


@pytest.mark.parametrize("authority", CONFIG.authorities.values(), ids=lambda each: each.id)
def test_each_sample_person_who_is_asked_for_something_has_an_open_task(made: Engine, authority: Any) -> None:
    assert _idle(made, authority) == []


def test_in_the_summer_holidays_too(in_holidays: Engine) -> None:
    assert [name for each in CONFIG.authorities.values() for name in _idle(in_holidays, each)] == []


@pytest.mark.parametrize("authority", CONFIG.authorities.values(), ids=lambda each: each.id)
def test_whoever_is_only_told_has_been_told_of_something(made: Engine, authority: Any) -> None:
    only_told = [person for person in authority.people if person.roles <= TOLD_ONLY[authority.id]]
    assert [person.username for person in only_told if not _told(made, authority, person)] == []


@pytest.mark.parametrize("authority", CONFIG.authorities.values(), ids=lambda each: each.id)
def test_the_table_of_sample_people_says_who_is_only_told(authority: Any) -> None:
    table = (ROOT / "docs/reference/sample-people.md").read_text(encoding="utf-8")
    others = {person.username for person in authority.people if not any(_elsewhere(authority, r) for r in person.roles)}
    said = {name for name in others if re.search(rf"^\| `{re.escape(name)}` .*no diagram asks this role", table, re.M)}
    assert said == {person.username for person in authority.people if person.roles <= TOLD_ONLY[authority.id]}


def _idle(engine: Engine, authority: Any) -> list[str]:
    """Who of an authority's sample people is asked for something, and has no open task."""
    working = [person for person in authority.people if not _works_without_tasks(authority, person)]
    return [person.username for person in working if not _inbox(engine, authority, person)]


def _works_without_tasks(authority: Any, person: Any) -> bool:
    return person.roles <= TOLD_ONLY[authority.id] or any(_elsewhere(authority, role) for role in person.roles)


def _elsewhere(authority: Any, role: str) -> bool:
    return bool(authority.roles[role].capabilities & OTHER_WORK)


def _inbox(engine: Engine, authority: Any, person: Any) -> int:
    """How many open tasks a sample person has."""
    scope = engine.people.scope(authority.id, person.roles, person.username)
    with engine.reading(scope) as session:
        return len(queries.inbox(session, scope).items)


def _told(engine: Engine, authority: Any, person: Any) -> int:
    """How many notifications a sample person has."""
    scope = engine.people.scope(authority.id, person.roles, person.username)
    with engine.reading(scope) as session:
        return len(queries.notifications(session, scope))


@pytest.mark.parametrize("name", ["SEO evidence summary", "Head of BSA decision", "Consult diocese"])
def test_a_task_that_the_policies_name_is_open(made: Engine, name: str) -> None:
    with made.reading() as session:
        assert name in {task.name for task in queries.open_tasks(session)}


def test_nothing_was_held_or_sent_on_a_day_on_which_school_is_closed(answered: list[Answered]) -> None:
    assert _on_closed_days(answered) == {}


def test_nor_in_a_year_that_ends_in_the_summer_holidays(in_holidays: Engine) -> None:
    assert _on_closed_days(_answers(in_holidays)) == {}


def _on_closed_days(answered: Iterable[Answered]) -> dict[tuple[str, str], str]:
    """Questions and the days that were answered to them, on which school is closed: why it is."""
    calendars = Calendars(ROOT / "config" / "calendars", CONFIG.fires_at)
    days = {
        (each.authority, each.school, each.value, each.question.label)
        for each in answered
        if _is_day(each) and each.day > LONG_AGO
    }
    assert len(days) > 500
    return {
        (label, day): why
        for authority, school, day, label in days
        if (why := calendars(authority, school).why_closed(date.fromisoformat(day)))
    }


def test_no_text_is_repeated_over_and_over(answered: list[Answered]) -> None:
    said = Counter(each.value for each in answered if each.question.kind == "textarea")
    assert said.total() > 1000
    assert max(said.values()) < 10


@pytest.mark.parametrize(
    ("authority", "worst"), [("barnsley", "high"), ("redcar-cleveland", "3"), ("luton", "D")], ids=lambda each: each
)
def test_most_schools_are_not_in_the_worst_category(made: Engine, authority: str, worst: str) -> None:
    chosen = select(SchoolCategory.category).where(SchoolCategory.authority == authority)
    with made.reading() as session:
        found = Counter(session.scalars(chosen))
    assert 0 < found[worst] < found.total() / 2


def test_notifications_are_written_for_people(made: Engine) -> None:
    with made.reading() as session:
        texts = {f"{row.subject} {row.text}" for row in session.scalars(select(Notification))}
    assert not [text for text in texts if ISO_DATE.search(text)]
    assert not [text for text in texts if ".." in text]


def _completed(engine: Engine) -> Iterator[TaskDetail]:
    with engine.reading() as session:
        for ident in session.scalars(select(UserTask.id).where(UserTask.status == "completed")):
            yield queries.task(session, ident)


@dataclass(frozen=True)
class Answered:
    """A question that somebody answered: of which authority and school, what was said, and on which day."""

    question: Component
    value: Any
    day: date
    authority: str
    school: str | None


@pytest.fixture(scope="module")
def answered(made: Engine) -> list[Answered]:
    """Every question that was answered."""
    return list(_answers(made))


def _answers(engine: Engine) -> Iterator[Answered]:
    for detail in _completed(engine):
        assert detail.ended is not None
        authority = next(each for each in CONFIG.authorities if detail.row.process.startswith(each.partition("-")[0]))
        for question in load_form(detail.form).fields if detail.form else ():
            given = (detail.values or {}).get(question.key)
            for asked, value in _parts(question, given):
                yield Answered(asked, value, detail.ended.date(), authority, detail.row.school_urn)


def _is_day(each: Answered) -> bool:
    return each.question.kind == "datetime" and isinstance(each.value, str) and bool(each.value)


def _parts(question: Component, given: Any) -> Iterator[tuple[Component, Any]]:
    if question.kind == "dynamiclist":
        for row in given or []:
            yield from ((inner, row.get(inner.key)) for inner in question.inside)
    elif given not in (None, ""):
        yield question, given


def _is_wrong(question: Component, value: Any, day: date) -> bool:
    label = question.label
    if question.kind == "datetime":
        return (
            not day - timedelta(days=answers.LONGEST_HOLIDAY) <= date.fromisoformat(value) <= day + timedelta(days=366)
        )
    if question.kind != "textfield":
        return False
    if label.startswith("At what time"):
        return not re.fullmatch(r"\d{1,2}(\.\d\d)?(am|pm)", value)
    return bool(re.match("Where|Who|Whom|With whom|Name|For how long", label)) and value.endswith(".")


def test_no_answer_is_of_the_wrong_kind(answered: list[Answered]) -> None:
    assert len(answered) > 2000
    wrong = {
        (each.question.label, str(each.value)) for each in answered if _is_wrong(each.question, each.value, each.day)
    }
    assert wrong == set()


def test_a_year_that_was_cut_short_is_refused(database_url: str) -> None:
    Engine(database_url).installation.note_sample_year(YEAR_BEGUN)
    with pytest.raises(year.SampleYearTorn, match="Empty that database"):
        year.make(database_url, ROOT, CONFIG)
