"""What a person may do with a task or a process, and what a refusal says."""

from __future__ import annotations

import pytest

from engine import Engine, Scope, queries
from engine.errors import NotAStarter, TaskClaimed, TaskNotFound, TaskNotOpen, TaskNotYours
from engine.people import permissions
from tests.engine.running import deploy, running, task
from tests.engine.spiff.cases import bpmn

SAM, SUE = (Scope("town", frozenset({"seo"}), name) for name in ("sam", "sue"))
CLERK = Scope("town", frozenset({"clerk"}), "cleo")
NOBODY = Scope("town", frozenset(), "nora")
VIC = Scope("village", frozenset({"seo"}), "vic")
#: A task of two roles, one given to a person, one given to a person of a role, one for everyone.
TASKS = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="shared" camunda:candidateGroups="seo,head"/>'
    '<userTask id="given" camunda:assignee="sam"/>'
    '<userTask id="offered" camunda:assignee="sam" camunda:candidateGroups="seo"/>'
    '<userTask id="open"/><endEvent id="e"/>',
    "s>g g>shared g>given g>offered g>open shared>e given>e offered>e open>e",
).replace(b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="seo,head"')


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with one case, whose tasks all wait."""
    engine = running(database_url)
    deploy(engine, TASKS, authority="town")
    engine.cases.start("p", by=SAM)
    return engine


def assignee(engine: Engine, ident: int) -> str | None:
    """Who has the task."""
    return next(each.assignee for each in engine.tasks.open() if each.id == ident)


def test_a_username_alone_acts_everywhere() -> None:
    assert permissions.who("sam") == Scope.all_authorities("sam")
    assert permissions.who(SAM) is SAM


def test_only_its_starters_start_a_process(engine: Engine) -> None:
    with pytest.raises(NotAStarter, match='"p" is started by seo or head'):
        engine.cases.start("p", by=CLERK)
    with pytest.raises(NotAStarter):
        engine.cases.start("p", by=NOBODY)
    assert {each.instance_id for each in engine.tasks.open()} == {1}


@pytest.mark.parametrize(
    ("element", "person", "says"),
    [
        ("shared", CLERK, "for seo or head,"),
        ("shared", NOBODY, "for seo or head,"),
        ("given", SUE, "for sam,"),
        ("offered", CLERK, "for seo,"),
    ],
)
def test_a_task_is_refused_to_others_and_says_whose_it_is(
    engine: Engine, element: str, person: Scope, says: str
) -> None:
    ident = task(engine, element)
    before = assignee(engine, ident)
    for command in (engine.tasks.complete, engine.tasks.claim):
        with pytest.raises(TaskNotYours, match=says):
            command(ident, by=person)
    assert assignee(engine, ident) == before


@pytest.mark.parametrize("element", ["shared", "given", "offered", "open"])
def test_a_task_is_done_by_whom_it_is_for(engine: Engine, element: str) -> None:
    engine.tasks.complete(task(engine, element), by=SAM)
    assert element in engine.cases.trace(1)


def test_a_task_for_everyone_is_done_by_anyone_of_the_authority(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "open"), by=NOBODY)
    assert "open" in engine.cases.trace(1)


def test_another_authority_finds_no_task(engine: Engine) -> None:
    ident = task(engine, "open")
    for command in (engine.tasks.complete, engine.tasks.claim, engine.tasks.unclaim):
        with pytest.raises(TaskNotFound, match=f"no task {ident}"):
            command(ident, by=VIC)


def test_a_claimed_task_is_its_claimer_s_alone(engine: Engine) -> None:
    ident = task(engine, "shared")
    engine.tasks.claim(ident, by=SAM)
    for command in (engine.tasks.complete, engine.tasks.claim, engine.tasks.unclaim):
        with pytest.raises(TaskClaimed, match="claimed by sam"):
            command(ident, by=SUE)
    engine.tasks.claim(ident, by=SAM)
    assert assignee(engine, ident) == "sam"
    engine.tasks.complete(ident, by=SAM)
    assert "shared" in engine.cases.trace(1)


def test_a_claim_that_is_given_back_is_free_again(engine: Engine) -> None:
    ident = task(engine, "shared")
    engine.tasks.claim(ident, by=SAM)
    engine.tasks.unclaim(ident, by=SAM)
    assert assignee(engine, ident) is None
    engine.tasks.claim(ident, by=SUE)
    assert assignee(engine, ident) == "sue"


def test_the_engine_itself_gives_anybody_s_claim_back(engine: Engine) -> None:
    ident, other = task(engine, "shared"), task(engine, "offered")
    engine.tasks.claim(ident, by=SUE)
    engine.tasks.unclaim(ident, by="manager")
    assert assignee(engine, ident) is None
    assert assignee(engine, other) == "sam", "one task is given back, and no other"


def test_a_claim_takes_one_task_and_no_other(engine: Engine) -> None:
    engine.tasks.claim(task(engine, "shared"), by=SUE)
    assert {each.element: each.assignee for each in engine.tasks.open()} == {
        "shared": "sue",
        "given": "sam",
        "offered": "sam",
        "open": None,
    }


def test_a_task_that_its_diagram_gives_to_one_person_stays_with_them(engine: Engine) -> None:
    ident = task(engine, "given")
    with pytest.raises(TaskNotYours, match="for sam,"):
        engine.tasks.unclaim(ident, by=SAM)
    assert assignee(engine, ident) == "sam"


def test_the_engine_claims_no_task_that_somebody_has(engine: Engine) -> None:
    for element, refused, says in (("given", TaskNotYours, "for sam,"), ("offered", TaskClaimed, "claimed by sam")):
        with pytest.raises(refused, match=says):
            engine.tasks.claim(task(engine, element), by="manager")


def test_a_task_that_was_done_says_by_whom_and_when(engine: Engine) -> None:
    ident = task(engine, "shared")
    engine.tasks.complete(ident, by=SAM)
    for command in (engine.tasks.claim, engine.tasks.unclaim):
        with pytest.raises(TaskNotOpen, match="it was completed by sam on 7 September 2026"):
            command(ident, by=SAM)
    with pytest.raises(TaskNotFound, match="no task 99"):
        engine.tasks.claim(99, by=SAM)


def test_a_task_that_the_engine_ended_says_so(engine: Engine) -> None:
    ident = task(engine, "shared")
    engine.cases.cancel(1, "Opened by mistake")
    with pytest.raises(TaskNotOpen, match="it was cancelled by Pathways on 7 September 2026"):
        engine.tasks.claim(ident, by=SAM)


def test_what_was_claimed_in_a_role_that_is_over_is_neither_seen_nor_done(engine: Engine) -> None:
    """The case is about no school, in which what is given by name is a contact's to see."""
    claimed = task(engine, "shared")
    engine.tasks.claim(claimed, by=SUE)
    left = Scope("town", frozenset(), "sue", schools={})
    with engine.reading(left) as session:
        assert list(queries.instances(session).items) == []
    with pytest.raises(TaskNotFound):
        engine.tasks.complete(claimed, by=left)
