"""What people typed and have not handed in: their own alone, and forgotten when it is of no use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import Engine, Scope, queries
from engine.errors import TextTooLong
from engine.store.tables import Draft
from tests.engine.running import clock_of, running
from tests.engine.spiff.cases import bpmn

SAM = Scope("town", frozenset({"seo"}), "sam")
ANN = Scope("town", frozenset({"seo", "manager"}), "ann")
TYPED = [("summary", "Half a sentence"), ("area", "a"), ("area", "b")]
DIAGRAM = bpmn(
    '<startEvent id="s"/><userTask id="asked" camunda:candidateGroups="seo"/><endEvent id="e"/>', "s>asked asked>e"
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with one case that waits for its task."""
    engine = running(database_url)
    engine.deployments.deploy({"p.bpmn": DIAGRAM}, "town", by="owner", strict=False)
    engine.cases.start("p", authority="town")
    return engine


def saved(engine: Engine, who: Scope, place: str = "/tasks/1") -> tuple[tuple[str, str], ...] | None:
    with engine.reading(who) as session:
        found = queries.draft(session, who, place)
    return found.fields if found else None


def save(engine: Engine, who: Scope = SAM, place: str = "/tasks/1", task: int | None = 1, text: str = "") -> None:
    engine.drafts.save(place, [("summary", text)] if text else TYPED, who, task, "SEO evidence summary")


def test_what_was_typed_is_given_back_as_it_was_typed(engine: Engine) -> None:
    save(engine)
    assert saved(engine, SAM) == (("summary", "Half a sentence"), ("area", "a"), ("area", "b"))


def test_what_is_saved_again_takes_the_place_of_what_was(engine: Engine) -> None:
    save(engine)
    save(engine, text="A whole sentence.")
    assert saved(engine, SAM) == (("summary", "A whole sentence."),)


def test_nobody_else_is_shown_it_whatever_they_ask_for(engine: Engine) -> None:
    save(engine)
    with engine.reading(ANN) as session:
        assert session.scalars(select(Draft)).all() == []
    assert saved(engine, Scope("elsewhere", SAM.roles, "sam")) is None


def test_two_people_have_a_draft_each(engine: Engine) -> None:
    save(engine, text="Mine")
    save(engine, ANN, text="Hers")
    assert saved(engine, SAM) == (("summary", "Mine"),)


def test_what_is_discarded_is_gone_and_no_other(engine: Engine) -> None:
    save(engine)
    save(engine, ANN)
    engine.drafts.discard("/tasks/1", SAM)
    assert saved(engine, SAM) is None
    assert saved(engine, ANN) is not None


def test_handing_in_forgets_ones_own_and_leaves_what_others_typed(engine: Engine) -> None:
    save(engine)
    save(engine, ANN)
    engine.tasks.complete(1, {}, by=SAM)
    assert saved(engine, SAM) is None
    assert saved(engine, ANN) is not None


def test_the_list_is_of_what_can_still_be_handed_in(engine: Engine) -> None:
    save(engine, ANN, "/start/p/100001", task=None)
    save(engine, ANN)
    with engine.reading(ANN) as session:
        assert {each.place for each in queries.drafts(session, ANN)} == {"/start/p/100001", "/tasks/1"}
    engine.tasks.complete(1, {}, by=SAM)
    with engine.reading(ANN) as session:
        assert [each.place for each in queries.drafts(session, ANN)] == ["/start/p/100001"]


@pytest.mark.parametrize(("days", "left"), [(29, True), (31, False)])
def test_what_another_typed_is_forgotten_a_month_after_the_task_ended(engine: Engine, days: int, left: bool) -> None:
    save(engine, ANN)
    engine.tasks.complete(1, {}, by=SAM)
    clock_of(engine).advance(timedelta(days=days))
    engine.drafts.forget_old()
    assert (saved(engine, ANN) is not None) is left


def test_what_is_typed_for_an_open_task_lasts_as_long_as_the_task(engine: Engine) -> None:
    save(engine)
    clock_of(engine).advance(timedelta(days=400))
    engine.drafts.forget_old()
    assert saved(engine, SAM) is not None


@pytest.mark.parametrize(("days", "left"), [(89, True), (91, False)])
def test_what_was_typed_elsewhere_is_forgotten_when_it_was_long_untouched(
    engine: Engine, days: int, left: bool
) -> None:
    save(engine, SAM, "/start/p/100001", task=None)
    clock_of(engine).advance(timedelta(days=days))
    engine.drafts.forget_old()
    assert (saved(engine, SAM, "/start/p/100001") is not None) is left


def test_a_worker_looks_once_a_day(engine: Engine) -> None:
    assert engine.drafts.forget_old() == 0
    save(engine, SAM, "/start/p/100001", task=None)
    clock_of(engine).advance(timedelta(days=100))
    assert engine.drafts.forget_old() == 1
    assert engine.drafts.forget_old() == 0


def test_a_place_that_is_too_long_is_refused(engine: Engine) -> None:
    with pytest.raises(TextTooLong):
        save(engine, SAM, "/" + "x" * 500, task=None)
