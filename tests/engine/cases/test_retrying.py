"""Many troubles of one cause, tried again together in the background."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Config, Engine, Scope, Suspend, queries
from engine.errors import AnswerKept, IncidentNotFound, NotAManager, ReasonMissing
from tests.engine.cases.test_interventions import BOSS, SEO, home
from tests.engine.running import DAY, LATER, LOOP, NOW, Statements, clock_of, deploy, running, task

OTHER = LOOP.replace(b'id="p"', b'id="q"')
MINUTE = timedelta(minutes=1)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Three cases whose timer leads to a gateway without a way out."""
    config = Config(authorities={"town": home()}, backoff=(MINUTE,), attempts=2)
    engine = running(database_url, config=config)
    deploy(engine, LATER, authority="town")
    for _ in range(3):
        engine.cases.start("p", authority="town", variables={"broken": True})
    for minutes in range(3):
        clock_of(engine).set(NOW + DAY + minutes * MINUTE)
        engine.jobs.run_due()
    return engine


def open_troubles(engine: Engine) -> list[int]:
    with engine.reading(BOSS) as session:
        return sorted(each.id for each in queries.incidents(session))


def far(engine: Engine, made: int) -> queries.RetriesRow:
    with engine.reading(BOSS) as session:
        return queries.retries(session, made)


def test_those_of_one_cause_are_one_line(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        [row] = queries.causes(session)
    assert (row.element, row.version, row.number) == ("x", 1, 3)


def test_those_of_another_step_are_another_cause(engine: Engine) -> None:
    deploy(engine, OTHER, "q", "town")
    case = engine.cases.start("q", authority="town")
    with pytest.raises(AnswerKept):
        engine.tasks.complete(task(engine, "a", case), {"again": 5}, by="sam")
    with engine.reading(BOSS) as session:
        assert [row.number for row in queries.causes(session)] == [3, 1]


def test_they_are_tried_in_the_background_and_go_on_where_the_cause_is_mended(engine: Engine) -> None:
    for case in (1, 2):
        engine.cases.set_variables(case, {"broken": False}, BOSS)
    made = engine.jobs.retry_many(open_troubles(engine), "The diagram is mended", BOSS)
    row = far(engine, made)
    assert (row.total, row.waiting, row.mended, row.done) == (3, 3, 0, False)
    for minutes in range(3):
        clock_of(engine).set(clock_of(engine).now() + minutes * MINUTE)
        engine.jobs.run_due()
    row = far(engine, made)
    assert (row.mended, row.failed, row.waiting, row.done) == (2, 1, 0, True)
    assert sorted(each.instance_id for each in engine.tasks.open()) == [1, 2]


def test_the_story_of_each_says_why(engine: Engine) -> None:
    engine.jobs.retry_many(open_troubles(engine), "The diagram is mended", BOSS)
    engine.jobs.run_due()
    for case in (1, 2, 3):
        line = next(each for each in engine.cases.history(case) if each.how == "retried")
        assert (line.by, line.detail["reason"]) == ("bo", "The diagram is mended")


def test_answers_that_were_kept_are_given_again(engine: Engine) -> None:
    deploy(engine, OTHER, "q", "town")
    cases = [engine.cases.start("q", authority="town") for _ in range(2)]
    for case in cases:
        with pytest.raises(AnswerKept):
            engine.tasks.complete(task(engine, "a", case), {"again": 5}, by="sam")
    with engine.reading(BOSS) as session:
        kept = [each.id for each in queries.incidents(session) if each.instance_id in cases]
    made = engine.jobs.retry_many(kept, "Perhaps now", BOSS)
    engine.jobs.run_due()
    row = far(engine, made)
    assert (row.failed, row.done) == (2, True)
    assert set(kept) <= set(open_troubles(engine)), "they are as they were"


def test_a_suspended_case_is_left_as_it_was(engine: Engine) -> None:
    engine.interventions.make(1, Suspend(), "Wait", BOSS)
    made = engine.jobs.retry_many(open_troubles(engine), "Try", BOSS)
    engine.jobs.run_due()
    assert far(engine, made).left == 1


def test_those_of_another_cause_are_left_out(engine: Engine) -> None:
    deploy(engine, OTHER, "q", "town")
    case = engine.cases.start("q", authority="town")
    with pytest.raises(AnswerKept):
        engine.tasks.complete(task(engine, "a", case), {"again": 5}, by="sam")
    made = engine.jobs.retry_many(open_troubles(engine), "Try", BOSS)
    assert far(engine, made).total == 3


def test_who_may_and_what_is_needed(engine: Engine) -> None:
    with pytest.raises(NotAManager):
        engine.jobs.retry_many([1], "Try", SEO)
    with pytest.raises(ReasonMissing):
        engine.jobs.retry_many([1], " ", BOSS)
    with pytest.raises(IncidentNotFound):
        engine.jobs.retry_many([99], "Try", BOSS)


def test_another_authority_sees_none(engine: Engine) -> None:
    with engine.reading(Scope("elsewhere", frozenset({"boss"}), "eve")) as session:
        assert queries.causes(session) == []
        with pytest.raises(IncidentNotFound):
            queries.cause(session, open_troubles(engine)[0])


def test_more_cases_take_no_more_statements(engine: Engine) -> None:
    made = engine.jobs.retry_many(open_troubles(engine), "Try", BOSS)
    one = engine.jobs.retry_many(open_troubles(engine)[:1], "Try", BOSS)
    sent = []
    for each in (one, one, made):  # what definitions say is read once and kept
        with engine.reading(BOSS) as session, Statements(engine) as statements:
            queries.retries(session, each)
        sent.append(len(statements.sent))
    assert sent[1] == sent[2]
