"""Running cases that are moved to another version of their process: what they keep, and what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Config, Engine, Scope, queries
from engine.cases import stepping, suspension
from engine.errors import (
    AnswerKept,
    DefinitionNotFound,
    MigrationElsewhere,
    NotAMover,
    NothingToMove,
    ReasonMissing,
)
from engine.people.authorities import Authority
from engine.services.migrations import CANNOT, CHOSEN, GAP
from tests.engine.cases.moves import NEWER, OWNER, WHY, asked, last, latest, move, rows, two_versions, version
from tests.engine.running import DAY, LATER, MESSAGES, Statements, claim, clock_of, deploy, role, running, task, waiting
from tests.engine.spiff.cases import bpmn

#: A reminder beside the task.
REMINDED = (
    '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
    '<timeDuration>{}</timeDuration></timerEventDefinition></boundaryEvent><userTask id="r"/><endEvent id="e2"/>'
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def config(*authorities: str) -> Config:
    """Authorities in which there are process owners, managers and others."""
    roles = {each.id: each for each in (role("owner", "own-processes"), role("manager", "manage"), role("seo"))}
    return Config(authorities={each: Authority(each, each, "", each, roles, (), {}) for each in authorities})


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_task_keeps_its_number_and_its_claim_and_gets_the_new_roles(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b", "head"))
    before = task(engine, "a")
    engine.tasks.claim(before, by="ada")
    move(engine, {"p/a": "b"})
    (found,) = engine.tasks.open(case)
    assert (found.id, found.element, found.assignee, found.roles) == (before, "b", "ada", ("head",))


def test_the_case_is_of_the_new_version_and_goes_on_in_it(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked(more='<userTask id="z"/>', sequence="s>a a>z z>e"))
    move(engine)
    engine.tasks.complete(task(engine, "a"), {}, by="ada")
    assert version(engine, case) == 2
    assert waiting(engine, case) == ["z"]


def test_the_story_says_who_moved_the_case_and_why_and_on_which_version_each_step_was_done(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    move(engine)
    line = last(engine, case)
    assert (line.how, line.by, line.detail["reason"]) == ("migrated", "owner", WHY)
    with engine.reading() as session:
        views = queries.instance_detail(session, case).diagrams
    assert [(each.version, each.completed, each.active) for each in views] == [(2, (), ("a",)), (1, ("s",), ())]


def test_nothing_is_moved_unasked(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    engine.jobs.run_due()
    assert version(engine, case) == 1


def test_a_timer_keeps_its_date_or_gets_another_as_it_was_chosen(engine: Engine) -> None:
    flows = "s>a a>e t>r r>e2"
    case = two_versions(
        engine, asked(more=REMINDED.format("P2D"), sequence=flows), asked(more=REMINDED.format("P5D"), sequence=flows)
    )
    move(engine)
    assert _due(engine, case) == DAY * 2
    deploy(engine, asked(more=REMINDED.format("P9D"), sequence=flows))
    move(engine, new_timers=True)
    assert _due(engine, case) == DAY * 9


def _due(engine: Engine, case: int) -> timedelta:
    with engine.reading() as session:
        return queries.timers(session, instance=case)[0].due - engine.clock.now()


def test_a_timer_that_was_kept_fires_in_the_new_version(engine: Engine) -> None:
    flows = "s>a a>e t>r r>e2"
    xml = asked(more=REMINDED.format("P2D"), sequence=flows)
    case = two_versions(engine, xml, xml.replace(b'"r"', b'"q"').replace(b"r_", b"q_").replace(b"_r", b"_q"))
    move(engine)
    clock_of(engine).advance(DAY * 2)
    engine.jobs.run_due()
    assert waiting(engine, case) == ["a", "q"]


def test_a_message_reaches_a_case_that_was_moved(engine: Engine) -> None:
    caught = '<intermediateCatchEvent id="{}"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>'
    xml = [
        bpmn('<startEvent id="s"/><endEvent id="e"/>' + caught.format(i), f"s>{i} {i}>e", MESSAGES) for i in ("w", "v")
    ]
    deploy(engine, xml[0])
    case = engine.cases.start("p", business_key="K")
    deploy(engine, xml[1])
    move(engine, {"p/w": "v"})
    engine.messages.correlate("reply", {"key": "K"})
    assert engine.cases.get(case).status == "completed"


# -- what can't be moved ------------------------------------------------------------------------------------------------


def test_the_plan_says_of_each_case_whether_it_can_be_moved(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b"))
    plan = engine.migrations.plan(latest(engine), OWNER)
    assert [(each.id, each.verdict, each.at) for each in plan.cases] == [(case, GAP, ("Write the report",))]
    assert [(gap.at.key, gap.suggested, number) for gap, number in plan.gaps] == [("p/a", "b", 1)]
    chosen = engine.migrations.plan(latest(engine), OWNER, {"p/a": "b"})
    assert [each.verdict for each in chosen.cases] == [CHOSEN]
    assert [(each.what, each.cases) for each in chosen.effects] == [("goes-on", 1)]


def test_a_case_that_its_owner_may_not_see_is_moved_and_it_is_not_said_which(database_url: str) -> None:
    engine = running(database_url, config=config(""))
    deploy(engine, asked())
    case = engine.cases.start("p", business_key="Elm Grove")
    deploy(engine, NEWER)
    (planned,) = engine.migrations.plan(latest(engine), OWNER).cases
    assert (planned.seen, planned.business_key) == (False, "")
    engine.migrations.begin(latest(engine), WHY, OWNER)
    engine.jobs.run_due()
    assert version(engine, case) == 2


def test_whoever_was_asked_in_a_case_sees_it_on_after_a_move(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b", "head"))
    move(engine, {"p/a": "b"})
    with engine.reading(Scope("", frozenset({"seo"}), "ada")) as session:
        assert queries.instance(session, case).version == 2


def test_a_case_that_cannot_be_moved_stays_as_it_is_and_says_why(engine: Engine) -> None:
    each = '<multiInstanceLoopCharacteristics camunda:collection="= [1, 2]" camunda:elementVariable="one"/>'
    body = '<startEvent id="s"/><userTask id="a" name="Ask each">{}</userTask><endEvent id="e"/>'
    case = two_versions(engine, bpmn(body.format(each), "s>a a>e"), bpmn(body.format(""), "s>a a>e"))
    (planned,) = engine.migrations.plan(latest(engine), OWNER).cases
    assert planned.verdict == CANNOT
    (stayed,) = rows(engine, move(engine))
    assert (stayed.status, version(engine, case)) == ("stayed", 1)
    assert "once for each of several" in stayed.why
    assert last(engine, case).how != "migrated"


def test_a_case_that_would_fail_in_the_new_version_stays(engine: Engine) -> None:
    worked = '<scriptTask id="n" name="Work out" scriptFormat="feel" camunda:resultVariable="n"><script>= missing + 1</script></scriptTask>'
    case = two_versions(engine, asked(), bpmn(f'<startEvent id="s"/>{worked}<endEvent id="e"/>', "s>n n>e"))
    (stayed,) = rows(engine, move(engine, {"p/a": "n"}))
    assert stayed.why.startswith("It could not go on in the new version: ")
    assert waiting(engine, case) == ["a"]


def test_a_case_in_which_nothing_could_move_any_more_stays(engine: Engine) -> None:
    split = '<startEvent id="s"/><parallelGateway id="g"/><parallelGateway id="j" name="Both"/><userTask id="a"/><endEvent id="e"/>'
    first = bpmn(split + '<userTask id="b"/>', "s>g g>a g>b a>j b>j j>e")
    second = bpmn(split + '<task id="b"/><userTask id="c"/>', "s>g g>a g>c a>j b>j c>b j>e")
    case = two_versions(engine, first, second)
    engine.tasks.complete(task(engine, "a"), {}, by="ada")
    (stayed,) = rows(engine, move(engine, {"p/b": "e"}))
    assert "Nothing could move in it" in stayed.why
    assert waiting(engine, case) == ["b"]


def test_a_move_needs_a_reason(engine: Engine) -> None:
    two_versions(engine, asked(), NEWER)
    with pytest.raises(ReasonMissing):
        engine.migrations.begin(latest(engine), " ", "owner")


def test_no_move_of_nothing_begins(engine: Engine) -> None:
    deploy(engine, asked())
    with pytest.raises(NothingToMove, match="There is no case to move"):
        engine.migrations.begin(latest(engine), WHY, "owner")
    with engine.reading() as session:
        assert queries.migrations(session, "p") == []


def test_cases_of_another_process_are_not_moved(engine: Engine) -> None:
    two_versions(engine, asked(), NEWER)
    deploy(engine, bpmn('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e", key="q"), "q")
    other = engine.cases.start("q")
    with pytest.raises(MigrationElsewhere):
        engine.migrations.begin(latest(engine), WHY, "owner", cases=[other])


def test_another_authority_sees_and_moves_none_of_the_cases(database_url: str) -> None:
    engine = running(database_url, config=config("north", "south"))
    deploy(engine, asked(), authority="north")
    case = engine.cases.start("p", authority="north")
    deploy(engine, asked("b"), authority="north")
    with pytest.raises(DefinitionNotFound):
        engine.migrations.begin(latest(engine), WHY, Scope("south", frozenset({"owner"}), "owner"))
    assert engine.cases.get(case).version == 1


@pytest.mark.parametrize(("held", "may"), [("owner", True), ("manager", True), ("seo", False)])
def test_cases_are_moved_by_process_owners_and_managers_only(database_url: str, held: str, may: bool) -> None:
    engine = running(database_url, config=config("north"))
    deploy(engine, asked(), authority="north")
    engine.cases.start("p", authority="north")
    deploy(engine, NEWER, authority="north")
    by = Scope("north", frozenset({held}), held)
    if may:
        assert engine.migrations.undo(engine.migrations.begin(latest(engine), WHY, by), WHY, by) == 0
        return
    with pytest.raises(NotAMover):
        engine.migrations.begin(latest(engine), WHY, by)
    number = engine.migrations.begin(latest(engine), WHY, "owner")
    with pytest.raises(NotAMover):
        engine.migrations.undo(number, WHY, by)
    with pytest.raises(NotAMover):
        engine.migrations.undo_case(1, WHY, by)


def test_a_case_that_ended_meanwhile_stays(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    number = engine.migrations.begin(latest(engine), WHY, "owner")
    engine.tasks.complete(task(engine, "a"), {}, by="ada")
    engine.jobs.run_due()
    (stayed,) = rows(engine, number)
    assert (stayed.instance_id, stayed.why) == (case, "It has ended meanwhile.")


def test_a_suspended_case_stays(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        suspension.begin(session, stepping.lock(session, case), engine.clock.now())
    (stayed,) = rows(engine, move(engine))
    assert "suspended" in stayed.why
    assert version(engine, case) == 1


def test_a_worker_that_dies_moves_no_case_twice(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    number = engine.migrations.begin(latest(engine), WHY, "owner")
    assert claim(engine) is not None  # and is never heard of again
    engine.migrations.finish(number)
    clock_of(engine).advance(DAY)
    engine.jobs.run_due()
    assert [line.how for line in engine.cases.history(case)].count("migrated") == 1


def test_to_plan_and_to_ask_for_a_move_costs_the_same_statements_however_many_cases_run(engine: Engine) -> None:
    deploy(engine, asked())
    for _ in range(3):
        engine.cases.start("p")
    deploy(engine, asked("b"))
    plan = latest(engine)
    engine.migrations.plan(plan, OWNER)
    with Statements(engine) as few:
        engine.migrations.plan(plan, OWNER)
        engine.migrations.begin(plan, WHY, "owner", cases=[1])
    deploy(engine, asked())
    for _ in range(20):
        engine.cases.start("p")
    deploy(engine, asked("b"))
    plan = latest(engine)
    engine.migrations.plan(plan, OWNER)
    with Statements(engine) as many:
        engine.migrations.plan(plan, OWNER)
        engine.migrations.begin(plan, WHY, "owner", cases=[1])
    assert len(many.sent) == len(few.sent)


# -- mending ------------------------------------------------------------------------------------------------------------


def test_a_stuck_timer_is_tried_again_in_a_mended_version(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p", variables={"broken": True})
    clock_of(engine).advance(DAY)
    for _ in range(4):
        engine.jobs.run_due()
        clock_of(engine).advance(DAY)
    deploy(engine, LATER.replace(b"broken = null or not(broken)", b"true"))
    move(engine, retries=True)
    assert waiting(engine, case) == ["a"]
    with engine.reading() as session:
        assert queries.incidents(session, instance=case) == []


def test_an_answer_that_was_kept_goes_on_in_a_mended_version(engine: Engine) -> None:
    broken = bpmn(
        '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="x"/><userTask id="b"/><endEvent id="e"/>',
        "s>a a>x x>b[never] b>e",
    )
    case = two_versions(engine, broken, broken.replace(b"= never", b"= true"))
    with pytest.raises(AnswerKept):
        engine.tasks.complete(task(engine, "a"), {"never": False}, by="ada")
    move(engine)
    with engine.reading() as session:
        (incident,) = queries.incidents(session, instance=case)
    engine.jobs.retry(incident.id, "manager")
    assert waiting(engine, case) == ["b"]
