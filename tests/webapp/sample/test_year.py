"""The year of invented work: the real engine makes it, and it reads like life."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Config, Engine, queries
from engine.clock import VirtualClock
from engine.errors import SampleYearTorn
from engine.forms import Component, load_form
from engine.queries import TaskDetail
from engine.settings import YEAR_BEGUN
from engine.store.tables import History, Notification, UserTask
from webapp.sample import year

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
CONFIG = Config.load(ROOT / "config", {})
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
#: What their work is, when it is not in tasks: diagrams, and the people and roles of the authority.
OTHER_WORK = {"own-processes", "administer"}
#: Asked about church schools whose powers are proposed only: not every invented year has one.
ASKED_SELDOM = {"diocesan-representative", "foundation-governor-appointer"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine on a database with the year in it, made on Thursday 26 November 2026."""
    engine = Engine(f"sqlite:///{tmp_path_factory.mktemp('year')}/year.db", clock=VirtualClock(NOW), config=CONFIG)
    engine.create_schema()
    begun: list[str] = []
    cases = year.make(str(_url(engine)), ROOT, CONFIG, lambda: begun.append("once"), VirtualClock(NOW))
    assert cases > 300, "rounds, and what people began"
    assert begun == ["once"]
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
        late = [row.element for row in session.scalars(select(History)) if _waited_too_long(row)]
    assert all(timer.due > NOW for timer in waiting)
    assert late == []


def test_a_school_has_changed_its_category(made: Engine) -> None:
    with made.reading() as session:
        assert any(queries.categories(session, school.urn) for school in queries.schools(session))


@pytest.mark.parametrize("authority", CONFIG.authorities.values(), ids=lambda each: each.id)
def test_each_sample_person_has_something_to_do(made: Engine, authority: Any) -> None:
    idle = []
    for person in authority.people:
        scope = made.people.scope(authority.id, person.roles, person.username)
        with made.reading(scope) as session:
            busy = queries.inbox(session, scope).items or queries.notifications(session, scope)
        elsewhere = any(authority.roles[role].capabilities & OTHER_WORK for role in person.roles)
        if not busy and not elsewhere and not person.roles & ASKED_SELDOM:
            idle.append(person.username)
    assert idle == []


def test_notifications_are_written_for_people(made: Engine) -> None:
    with made.reading() as session:
        texts = {f"{row.subject} {row.text}" for row in session.scalars(select(Notification))}
    assert not [text for text in texts if ISO_DATE.search(text)]
    assert not [text for text in texts if ".." in text]


def _completed(engine: Engine) -> Iterator[TaskDetail]:
    with engine.reading() as session:
        for ident in session.scalars(select(UserTask.id).where(UserTask.status == "completed")):
            yield queries.task(session, ident)


def _answers(engine: Engine) -> Iterator[tuple[Component, Any, date]]:
    """Every question that was answered, what was answered, and on which day."""
    for detail in _completed(engine):
        assert detail.ended is not None
        for question in load_form(detail.form).fields if detail.form else ():
            given = (detail.values or {}).get(question.key)
            for asked, value in _parts(question, given):
                yield asked, value, detail.ended.date()


def _parts(question: Component, given: Any) -> Iterator[tuple[Component, Any]]:
    if question.kind == "dynamiclist":
        for row in given or []:
            yield from ((inner, row.get(inner.key)) for inner in question.inside)
    elif given not in (None, ""):
        yield question, given


def _is_wrong(question: Component, value: Any, day: date) -> bool:
    label = question.label
    if question.kind == "datetime":
        return not day - timedelta(days=30) <= date.fromisoformat(value) <= day + timedelta(days=366)
    if question.kind != "textfield":
        return False
    if label.startswith("At what time"):
        return not re.fullmatch(r"\d{1,2}(\.\d\d)?(am|pm)", value)
    return bool(re.match("Where|Who|Whom|With whom|Name|For how long", label)) and value.endswith(".")


def test_no_answer_is_of_the_wrong_kind(made: Engine) -> None:
    asked = list(_answers(made))
    assert len(asked) > 2000
    assert not {(each.label, str(value)) for each, value, day in asked if _is_wrong(each, value, day)}


def test_a_year_that_was_cut_short_is_refused(database_url: str) -> None:
    Engine(database_url).installation.note_sample_year(YEAR_BEGUN)
    with pytest.raises(SampleYearTorn, match="Empty that database"):
        year.make(database_url, ROOT, CONFIG)
