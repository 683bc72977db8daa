"""A message that was thrown and found nobody: kept for a time, then a trouble with which a manager does something."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from engine import Engine, Scope, queries
from engine.cases import correlation, keeping
from engine.errors import InstanceNotFound, MessageNotAwaited, MessageNotFound
from engine.queries import MessageDetail, MessageRow
from tests.engine.running import DAY, MESSAGES, RECEIVER, THROWER, clock_of, deploy, running, started_by, waiting
from tests.engine.spiff.cases import bpmn, prop

KEEPER = bpmn(
    f'<startEvent id="s"/><intermediateThrowEvent id="t" name="Tell">{prop(businessKey="= target", keepFor="2 weeks")}'
    '<messageEventDefinition messageRef="m1"/></intermediateThrowEvent><userTask id="after"/><endEvent id="e"/>',
    "s>t t>after after>e",
    MESSAGES,
    "thrower",
)
STARTED = started_by('<messageEventDefinition messageRef="m1"/>')


def receiving(database_url: str, thrower: bytes) -> Engine:
    engine = running(database_url)
    deploy(engine, RECEIVER, "receiver")
    deploy(engine, thrower, "thrower")
    return engine


@pytest.fixture
def engine(database_url: str) -> Engine:
    return receiving(database_url, THROWER)


@pytest.fixture
def keeper(database_url: str) -> Engine:
    return receiving(database_url, KEEPER)


def thrown(engine: Engine, target: str = "one") -> int:
    """A case that has thrown "reply" to a key; what is due is done."""
    case = engine.cases.start("thrower", variables={"target": target})
    engine.jobs.run_due()
    return case


def troubles(engine: Engine) -> list[MessageRow]:
    with engine.reading() as session:
        return queries.undelivered(session)


def detail(engine: Engine, message_id: int) -> MessageDetail:
    with engine.reading() as session:
        return queries.message(session, message_id)


def lines(engine: Engine, case: int, how: str) -> list[tuple[str, Any]]:
    return [(each.by, each.detail) for each in engine.cases.history(case) if each.how == how]


def test_what_nobody_waits_for_says_who_threw_it_where(engine: Engine) -> None:
    case = thrown(engine)
    (trouble,) = troubles(engine)
    assert (trouble.source_id, trouble.element, trouble.trouble) == (case, "t", "nobody")


def test_one_that_fits_several_cases_is_the_same_trouble_and_no_failing_job(engine: Engine) -> None:
    one, two = engine.cases.start("receiver", "one"), engine.cases.start("receiver", "one")
    thrown(engine)
    (trouble,) = troubles(engine)
    assert trouble.trouble == "ambiguous"
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None
    assert [(each.instance_id, each.fits) for each in detail(engine, trouble.id).near] == [(one, True), (two, True)]


def test_the_cases_near_it_are_named_with_how_near_they_are(engine: Engine) -> None:
    ended = engine.cases.start("receiver", "one")
    engine.cases.cancel(ended, "a mistake")
    other, done = engine.cases.start("receiver", "another"), engine.cases.start("receiver", "one")
    engine.messages.correlate("reply", {"k": "one"})
    thrown(engine)
    near = {each.instance_id: (each.status, each.waits, each.fits) for each in detail(engine, 1).near}
    assert near == {
        ended: ("cancelled", False, True),
        other: ("active", True, False),
        done: ("active", False, True),
    }


def test_it_is_delivered_to_the_case_that_a_manager_names(engine: Engine) -> None:
    other = engine.cases.start("receiver", "another")
    source = thrown(engine)
    engine.messages.deliver(1, other, by="mo", reason="Its key was misspelt")
    engine.jobs.run_due()
    assert waiting(engine, other) == ["a"]
    assert troubles(engine) == []
    said = {"message": "reply", "reason": "Its key was misspelt", "case": other}
    assert lines(engine, source, "redirected") == [("mo", said)]


def test_a_case_that_does_not_wait_for_it_is_refused(engine: Engine) -> None:
    other = engine.cases.start("receiver", "another")
    engine.messages.correlate("reply", {"k": "another"})
    source = thrown(engine)
    with pytest.raises(MessageNotAwaited):
        engine.messages.deliver(1, other, by="mo", reason="x")
    with pytest.raises(InstanceNotFound):
        engine.messages.deliver(1, 999, by="mo", reason="x")
    assert len(troubles(engine)) == 1
    assert lines(engine, source, "redirected") == []


def test_it_is_let_rest_with_a_reason(engine: Engine) -> None:
    source = thrown(engine)
    engine.messages.rest(1, by="mo", reason="The review was held anyway")
    assert troubles(engine) == []
    assert lines(engine, source, "rested") == [("mo", {"message": "reply", "reason": "The review was held anyway"})]
    assert [(note.did, note.by) for note in detail(engine, 1).notes] == [("rested", "mo")]
    with pytest.raises(MessageNotFound):
        engine.messages.resend(1, by="mo")


def test_it_is_sent_again_with_a_reason(engine: Engine) -> None:
    source = thrown(engine)
    case = engine.cases.start("receiver", "one")
    engine.messages.resend(1, by="mo", reason="The case is open now")
    engine.jobs.run_due()
    assert waiting(engine, case) == ["a"]
    assert lines(engine, source, "resent") == [("mo", {"message": "reply", "reason": "The case is open now"})]


def test_another_authority_s_is_not_found(engine: Engine) -> None:
    thrown(engine)
    elsewhere = Scope("village", frozenset(), "vi")
    with pytest.raises(MessageNotFound):
        engine.messages.rest(1, by=elsewhere, reason="x")
    with engine.reading(elsewhere) as session, pytest.raises(MessageNotFound):
        queries.message(session, 1)


def test_what_is_kept_is_no_trouble_yet(keeper: Engine) -> None:
    thrown(keeper)
    assert troubles(keeper) == []


def test_a_case_that_begins_to_wait_gets_what_is_kept_at_once(keeper: Engine) -> None:
    thrown(keeper)
    other, case = keeper.cases.start("receiver", "another"), keeper.cases.start("receiver", "one")
    keeper.jobs.run_due()
    assert (waiting(keeper, other), waiting(keeper, case)) == ([], ["a"])
    again = keeper.cases.start("receiver", "one")
    clock_of(keeper).advance(30 * DAY)
    keeper.jobs.run_due()
    assert waiting(keeper, again) == []


def test_a_process_that_is_deployed_later_begins_with_what_is_kept(keeper: Engine) -> None:
    thrown(keeper)
    deploy(keeper, STARTED, "started")
    keeper.jobs.run_due()
    assert [each.process for each in keeper.tasks.open()] == ["thrower", "started"]


def test_when_its_time_is_over_it_is_a_trouble(keeper: Engine) -> None:
    thrown(keeper)
    clock_of(keeper).advance(16 * DAY)
    keeper.jobs.run_due()
    assert [each.trouble for each in troubles(keeper)] == ["nobody"]
    keeper.cases.start("receiver", "one")
    assert keeper.jobs.run_due() == 0


def test_what_is_kept_outlives_a_restart(keeper: Engine, database_url: str) -> None:
    thrown(keeper)
    keeper.dispose()
    other = running(database_url)
    case = other.cases.start("receiver", "one")
    other.jobs.run_due()
    assert waiting(other, case) == ["a"]


def test_two_that_begin_to_wait_under_one_key_are_a_trouble(keeper: Engine) -> None:
    thrown(keeper)
    keeper.cases.start("receiver", "one")
    keeper.cases.start("receiver", "one")
    keeper.jobs.run_due()
    assert [each.trouble for each in troubles(keeper)] == ["ambiguous"]


@pytest.mark.parametrize("starts_first", [True, False])
def test_who_begins_to_wait_while_it_is_being_kept_misses_nothing(
    keeper: Engine, monkeypatch: pytest.MonkeyPatch, starts_first: bool
) -> None:
    """Two at once: one pauses, having looked and found nobody, until the other has written or waits for it."""
    module, name = (keeping, "wake") if starts_first else (correlation, "match")
    real, reached, go_on = getattr(module, name), threading.Event(), threading.Event()
    keeper.cases.start("thrower", variables={"target": "one"})

    def paused(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        if threading.current_thread() is first and not reached.is_set():
            reached.set()
            go_on.wait(30)
        return found

    monkeypatch.setattr(module, name, paused)
    work = [lambda: keeper.cases.start("receiver", "one"), lambda: keeper.jobs.run_due(20)]
    first, second = (threading.Thread(target=each) for each in (work if starts_first else work[::-1]))
    first.start()
    assert reached.wait(30)
    second.start()
    second.join(0.25)
    go_on.set()
    for thread in (first, second):
        thread.join(30)
    keeper.jobs.run_due()
    assert [each.element for each in keeper.tasks.open() if each.process == "receiver"] == ["a"]


def test_two_workers_deliver_what_is_kept_once(keeper: Engine, database_url: str) -> None:
    thrown(keeper)
    case = keeper.cases.start("receiver", "one")
    workers = [running(database_url) for _ in range(2)]
    threads = [threading.Thread(target=each.jobs.run_due) for each in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [each.element for each in keeper.cases.history(case)].count("w") == 1
    assert waiting(keeper, case) == ["a"]


def test_how_long_it_is_kept_is_counted_from_the_throw(keeper: Engine) -> None:
    keeper.cases.start("thrower", variables={"target": "one"})
    clock_of(keeper).advance(timedelta(days=20))
    keeper.jobs.run_due()
    assert [each.trouble for each in troubles(keeper)] == ["nobody"]
