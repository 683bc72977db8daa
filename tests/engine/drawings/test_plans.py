"""Deployments that wait: for a second person's approval, for a date, or for both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine import Config, Deployed, Engine, Scope, queries
from engine.errors import (
    DateNotAhead,
    DrawnOnOldVersion,
    NotAnApprover,
    NothingNew,
    OwnDeployment,
    PlanNotFound,
    PlanOver,
    ReasonMissing,
)
from engine.queries import PlanRow
from engine.services.plans import HandedIn
from tests.engine.lint.drawing import around
from tests.engine.running import authority, clock_of, role, running

PAT = Scope("here", frozenset({"owner"}), "pat@here.example.org")
SAM = Scope("here", frozenset({"head"}), "sam@here.example.org")
LEE = Scope("here", frozenset({"seo"}), "lee@here.example.org")
FIRST = around('<task id="t" name="First"/>').encode()
SOON = date(2026, 10, 1)


def drawn(name: str) -> dict[str, bytes]:
    return {"p.bpmn": FIRST.replace(b"First", name.encode())}


def engine_with(database_url: str, approval: str) -> Engine:
    home = authority("here")
    roles = {**home.roles, "owner": role("owner", "own-processes")}
    config = Config(authorities={"here": replace(home, roles=roles, approval=approval)})
    made = running(database_url, config=config)
    made.deployments.deploy({"p.bpmn": FIRST}, "here", strict=False)
    return made


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Nobody has to approve."""
    return engine_with(database_url, "")


@pytest.fixture
def asking(database_url: str) -> Engine:
    """The head has to approve."""
    return engine_with(database_url, "head")


def version(engine: Engine) -> int:
    with engine.reading(PAT) as session:
        return queries.latest_definition(session, "p").version


def base(engine: Engine) -> int:
    with engine.reading(PAT) as session:
        return queries.latest_definition(session, "p").id


def row(engine: Engine, ident: int) -> PlanRow:
    with engine.reading(PAT) as session:
        return queries.plan(session, ident)


def handed_in(engine: Engine, name: str = "Second", day: date | None = None) -> int:
    made = engine.plans.hand_in(HandedIn(drawn(name), "Why", base(engine), day, strict=False), PAT)
    assert isinstance(made, int)
    return made


def test_without_date_or_approval_it_is_deployed_at_once(engine: Engine) -> None:
    made = engine.plans.hand_in(HandedIn(drawn("Second"), "Why", base(engine), strict=False), PAT)
    assert isinstance(made, Deployed)
    assert version(engine) == 2


def test_it_takes_effect_on_its_day_and_not_before(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    clock_of(engine).advance(timedelta(days=23, hours=14, minutes=59))  # 30 September, 23:59 in London
    engine.jobs.run_due()
    assert version(engine) == 1
    clock_of(engine).advance(timedelta(minutes=1))
    engine.jobs.run_due()
    assert version(engine) == 2
    assert row(engine, ident).status == "deployed"


def test_cases_that_begin_before_the_day_run_on_the_old_version(engine: Engine) -> None:
    handed_in(engine, day=SOON)
    case = engine.cases.start("p", by=PAT)
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert engine.cases.get(case).version == 1
    assert engine.cases.get(engine.cases.start("p", by=PAT)).version == 2


def test_a_day_that_is_not_ahead_is_refused(engine: Engine) -> None:
    for day in (date(2026, 9, 7), date(2025, 1, 1), date(2030, 1, 1)):
        with pytest.raises(DateNotAhead):
            handed_in(engine, day=day)


def test_what_is_called_off_never_takes_effect(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    engine.plans.call_off(ident, "The committee said no.", PAT)
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert version(engine) == 1
    assert (row(engine, ident).status, row(engine, ident).why) == ("called off", "The committee said no.")
    with pytest.raises(PlanOver):
        engine.plans.call_off(ident, "", PAT)


def test_what_was_deployed_meanwhile_is_not_taken_back_unasked(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    engine.deployments.deploy(drawn("Between"), "here", strict=False)
    assert row(engine, ident).stale
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert version(engine) == 2
    assert row(engine, ident).status == "failed"
    assert "Version 2" in row(engine, ident).why


def test_whoever_has_seen_that_lets_it_take_the_place_all_the_same(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    engine.deployments.deploy(drawn("Between"), "here", strict=False)
    engine.plans.renew(ident, PAT)
    assert not row(engine, ident).stale
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert version(engine) == 3


def test_what_failed_is_tried_again_when_it_is_renewed(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    engine.deployments.deploy(drawn("Between"), "here", strict=False)
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    engine.plans.renew(ident, PAT)
    engine.jobs.run_due()
    assert version(engine) == 3
    assert row(engine, ident).status == "deployed"


def test_a_second_person_approves_and_it_is_deployed(asking: Engine) -> None:
    ident = handed_in(asking)
    assert version(asking) == 1
    asking.plans.approve(ident, SAM)
    assert version(asking) == 2
    with asking.reading(PAT) as session:
        assert queries.approvals(session, "p") == {2: "sam@here.example.org"}
        assert queries.versions(session, "p")[0].deployed_by == "pat@here.example.org"


def test_nobody_approves_what_is_their_own(asking: Engine) -> None:
    ident = handed_in(asking)
    with pytest.raises(OwnDeployment):
        asking.plans.approve(ident, replace(PAT, roles=frozenset({"owner", "head"})))
    assert version(asking) == 1


def test_nobody_approves_without_the_role(asking: Engine) -> None:
    ident = handed_in(asking)
    with pytest.raises(NotAnApprover):
        asking.plans.approve(ident, LEE)
    with pytest.raises(NotAnApprover):
        asking.plans.refuse(ident, "No.", LEE)


def test_what_is_approved_before_its_day_waits_for_it(asking: Engine) -> None:
    ident = handed_in(asking, day=SOON)
    asking.plans.approve(ident, SAM)
    assert (row(asking, ident).status, version(asking)) == ("planned", 1)
    clock_of(asking).advance(timedelta(days=30))
    asking.jobs.run_due()
    assert version(asking) == 2


def test_what_nobody_approved_by_its_day_is_deployed_when_somebody_does(asking: Engine) -> None:
    ident = handed_in(asking, day=SOON)
    clock_of(asking).advance(timedelta(days=30))
    asking.jobs.run_due()
    assert version(asking) == 1
    asking.plans.approve(ident, SAM)
    assert version(asking) == 2


def test_it_is_refused_with_a_reason(asking: Engine) -> None:
    ident = handed_in(asking)
    with pytest.raises(ReasonMissing):
        asking.plans.refuse(ident, " ", SAM)
    asking.plans.refuse(ident, "Clause 4 is gone.", SAM)
    assert (row(asking, ident).status, row(asking, ident).why) == ("refused", "Clause 4 is gone.")
    with pytest.raises(PlanOver):
        asking.plans.approve(ident, SAM)


def test_an_approval_that_cannot_be_carried_out_approves_nothing(asking: Engine) -> None:
    ident = handed_in(asking)
    asking.deployments.deploy(drawn("Between"), "here", strict=False)
    with pytest.raises(DrawnOnOldVersion):
        asking.plans.approve(ident, SAM)
    assert (row(asking, ident).status, row(asking, ident).approved_by) == ("asked", None)


def test_what_is_renewed_is_approved_anew(asking: Engine) -> None:
    ident = handed_in(asking, day=SOON)
    asking.plans.approve(ident, SAM)
    asking.deployments.deploy(drawn("Between"), "here", strict=False)
    asking.plans.renew(ident, PAT)
    assert row(asking, ident).status == "asked"
    clock_of(asking).advance(timedelta(days=30))
    asking.jobs.run_due()
    assert version(asking) == 2


def test_the_same_again_is_not_handed_in(asking: Engine) -> None:
    with pytest.raises(NothingNew):
        handed_in(asking, "First")


def test_going_back_waits_for_approval_too(asking: Engine) -> None:
    first = base(asking)
    asking.deployments.deploy(drawn("Second"), "here", strict=False)
    ident = asking.plans.back(first, base(asking), PAT, "A trial.")
    assert isinstance(ident, int)
    asking.plans.approve(ident, SAM)
    with asking.reading(PAT) as session:
        assert queries.latest_definition(session, "p").note == "Back to version 1: A trial."
        assert b"First" in queries.definition_xml(session, base(asking))


def test_a_draft_ends_when_it_takes_effect_unless_somebody_drew_on(engine: Engine) -> None:
    def ended(drawing: int) -> bool:
        with engine.reading(PAT) as session:
            return queries.drawing(session, drawing)[0].ended is not None

    begun = engine.drawings.begin(base(engine), drawn("Second")["p.bpmn"], PAT)
    made = HandedIn(drawn("Second"), "Why", base(engine), SOON, begun.id, strict=False)
    engine.plans.hand_in(made, PAT)
    clock_of(engine).advance(timedelta(days=1))
    more = engine.drawings.begin(base(engine), drawn("Third")["p.bpmn"], PAT)
    assert not ended(begun.id)
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert ended(begun.id)
    assert not ended(more.id)


def test_another_authority_sees_no_plan(engine: Engine) -> None:
    ident = handed_in(engine, day=SOON)
    elsewhere = Scope("there", frozenset({"head"}), "eve@there.example.org")
    with engine.reading(elsewhere) as session, pytest.raises(PlanNotFound):
        queries.plan(session, ident)
    with pytest.raises(PlanNotFound):
        engine.plans.call_off(ident, "", elsewhere)
