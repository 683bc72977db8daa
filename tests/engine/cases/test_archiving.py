"""Ended cases go into the archive by the council's schedule: out of the lists, found by a search, read and not changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine import Engine, Held, Said, queries
from engine.cases.archiving import last_end
from engine.errors import CaseArchived
from engine.people.retention import Retention, Rule
from engine.queries import InstanceFilters
from engine.queries.retention import disposals
from engine.store.tables import Incident
from engine.store.tenancy import Scope
from tests.engine.audit.reading import kinds
from tests.engine.cases.kept import BOSS, GOV, RULE, SAM, ended, keeping, later, who

ARCHIVE = InstanceFilters(archive=True)


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    made = keeping(database_url, tmp_path)
    yield made
    made.dispose()


def found(engine: Engine, filters: InstanceFilters, name: str = BOSS) -> list[int]:
    with engine.reading(who(engine, name)) as session:
        return [each.id for each in queries.instances(session, filters).items]


def test_a_case_stays_in_the_lists_until_its_time_is_over(engine: Engine) -> None:
    case = ended(engine)
    later(engine, days=364)
    assert found(engine, InstanceFilters()) == [case]
    assert found(engine, ARCHIVE) == []


def test_then_it_is_in_the_archive_and_in_no_list(engine: Engine) -> None:
    case = ended(engine)
    later(engine, days=365)
    assert found(engine, ARCHIVE) == [case]
    assert found(engine, InstanceFilters()) == []
    assert found(engine, InstanceFilters(status="finished")) == []


def test_the_audit_trail_tells_of_it(engine: Engine) -> None:
    ended(engine)
    later(engine, years=1)
    assert kinds(engine, "town")[-1] == "case.archived"


def test_a_live_case_is_never_archived(engine: Engine) -> None:
    case = engine.cases.start("p", school="100001", by=who(engine, SAM))
    later(engine, years=30)
    assert found(engine, InstanceFilters()) == [case]


def test_nor_one_in_which_something_failed_and_waits(engine: Engine) -> None:
    case = ended(engine)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        row = {"kind": "job", "element": "a", "token": "1", "message": "Failed.", "detail": ""}
        session.add(Incident(authority="town", instance_id=case, created=engine.clock.now(), **row))
    later(engine, years=2)
    assert found(engine, InstanceFilters()) == [case]


def test_a_process_may_have_a_time_of_its_own(database_url: str, tmp_path: Path) -> None:
    engine = keeping(database_url, tmp_path, Retention(RULE, {"p": Rule(24, None, "Line 5")}))
    case = ended(engine)
    later(engine, years=1)
    assert found(engine, ARCHIVE) == []
    later(engine, years=1)
    assert found(engine, ARCHIVE) == [case]
    engine.dispose()


def test_what_is_never_deleted_is_never_listed(database_url: str, tmp_path: Path) -> None:
    engine = keeping(database_url, tmp_path, Retention(RULE, {"p": Rule(24, None, "Line 5")}))
    ended(engine)
    later(engine, years=99)
    with engine.reading(who(engine, GOV)) as session:
        assert disposals(session, "waiting").items == ()
    engine.dispose()


@pytest.mark.parametrize(("words", "there"), [("phonics", 1), ("PHON year", 1), ("honics", 0), ("phonics maths", 0)])
def test_the_archive_is_searched_by_the_beginnings_of_words(engine: Engine, words: str, there: int) -> None:
    ended(engine)
    later(engine, years=1)
    assert len(found(engine, InstanceFilters(archive=True, words=words))) == there


@pytest.mark.parametrize("word", ["notes", "hear", "look"])
def test_also_by_files_steps_and_comments(engine: Engine, word: str) -> None:
    ended(engine)
    later(engine, years=1)
    assert len(found(engine, InstanceFilters(archive=True, words=word))) == 1


def test_what_a_form_keeps_to_a_role_is_not_searched(engine: Engine) -> None:
    ended(engine)
    later(engine, years=1)
    assert found(engine, InstanceFilters(archive=True, words="divorce")) == []


def test_nobody_adds_a_comment_to_a_case_of_the_archive(engine: Engine) -> None:
    case = ended(engine)
    later(engine, years=1)
    with pytest.raises(CaseArchived):
        engine.comments.add(Said(case, "Too late."), who(engine, SAM))


def test_nor_a_file(engine: Engine) -> None:
    case = ended(engine)
    later(engine, years=1)
    with pytest.raises(CaseArchived):
        engine.attachments.add(case, "late.txt", io.BytesIO(b"Late."), who(engine, SAM))


def test_nor_removes_one(engine: Engine) -> None:
    ended(engine)
    later(engine, years=1)
    with pytest.raises(CaseArchived):
        engine.attachments.remove(1, "Wrong case.", who(engine, SAM))


def test_nor_corrects_an_answer(engine: Engine) -> None:
    ended(engine)
    later(engine, years=1)
    with pytest.raises(CaseArchived):
        engine.tasks.correct(1, "It was Year 3.", "Mistyped.", who(engine, SAM))


@pytest.mark.parametrize(
    "held",
    [
        Held("A claim.", case=1),
        Held("A claim.", school="100001"),
        Held("A claim.", person="sam@example.org"),
        Held("A claim.", person="WEAK PHONICS"),
    ],
)
def test_what_is_under_a_legal_hold_stays_until_it_is_lifted(engine: Engine, held: Held) -> None:
    case = ended(engine)
    hold = engine.retention.hold(held, who(engine, GOV))
    later(engine, years=8)
    assert found(engine, ARCHIVE) == []
    engine.retention.lift(hold, "The claim is settled.", who(engine, GOV))
    engine.retention.follow()
    assert found(engine, ARCHIVE) == [case]


def test_a_hold_on_another_school_holds_nothing_here(engine: Engine) -> None:
    case = ended(engine)
    engine.retention.hold(Held("A claim.", school="100002"), who(engine, GOV))
    later(engine, years=1)
    assert found(engine, ARCHIVE) == [case]


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2027, 2, 28), date(2026, 11, 30)),
        (date(2027, 3, 1), date(2026, 12, 1)),
        (date(2028, 2, 29), date(2027, 11, 30)),
    ],
)
def test_the_end_of_a_month_is_reached_by_all_days_that_the_shorter_one_lacks(today: date, last: date) -> None:
    assert last_end(today, 3) == last
