"""Which officers see a case: those whom its process names or asks, and nobody else, however a query is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from engine import Engine, Scope, queries
from engine.errors import InstanceNotFound, TaskNotFound
from engine.store.tables import CaseReader, History, ProcessInstance, ProcessReader, UserTask, UserTaskRole
from engine.store.tenancy import guarded_classes
from tests.engine.running import deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("", frozenset({"seo"}), "sam@example.org")
HEAD = Scope("", frozenset({"head"}), "hal@example.org")
CLERK = Scope("", frozenset({"clerk"}), "cleo@example.org")
NOBODY = Scope("", frozenset(), "ada@example.org")
MANAGER = Scope("", frozenset({"director"}), "max@example.org", oversees=True)
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def asks(groups: str, properties: str = "") -> bytes:
    """A process that asks whoever an expression or list of roles says, then the clerk."""
    tasks = f'<userTask id="a" camunda:candidateGroups="{groups}"/><userTask id="b" camunda:candidateGroups="clerk"/>'
    return bpmn(f"{properties}{START}{tasks}{END}", "s>a a>b b>e")


def sees(engine: Engine, who: Scope) -> bool:
    """Whether somebody finds case 1: in the list, as every officer looks for it."""
    with engine.reading(who) as session:
        return [row.id for row in queries.instances(session).items] == [1]


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def test_the_roles_that_a_diagram_asks_see_a_case_from_the_beginning(engine: Engine) -> None:
    deploy(engine, asks("seo"))
    engine.cases.start("p")
    assert [sees(engine, each) for each in (SEO, CLERK, HEAD, NOBODY, MANAGER)] == [True, True, False, False, True]


def test_the_roles_of_a_called_process_see_it_too(engine: Engine) -> None:
    called = bpmn(f'{START}<userTask id="c" camunda:candidateGroups="head"/>{END}', "s>c c>e", key="inner")
    caller = bpmn(f'{START}<callActivity id="call" calledElement="inner"/>{END}', "s>call call>e")
    engine.deployments.deploy({"inner.bpmn": called, "p.bpmn": caller}, "", by="owner", strict=False)
    engine.cases.start("p")
    assert [sees(engine, each) for each in (HEAD, SEO)] == [True, False]


def test_visible_to_names_who_sees_it_and_others_see_it_once_they_are_asked(engine: Engine) -> None:
    deploy(engine, asks("seo", prop(visibleTo="head")))
    engine.cases.start("p")
    before = [sees(engine, each) for each in (HEAD, SEO, CLERK)]
    engine.tasks.complete(task(engine, "a"), {}, by=SEO)
    assert [before, [sees(engine, each) for each in (HEAD, SEO, CLERK)]] == [[True, True, False], [True, True, True]]


def test_a_role_that_an_expression_gives_sees_it_when_it_is_asked_and_ever_after(engine: Engine) -> None:
    deploy(engine, asks("=whom"))
    engine.cases.start("p", variables={"whom": "head"})
    assert [sees(engine, each) for each in (HEAD, SEO)] == [True, False]
    engine.tasks.complete(task(engine, "a"), {}, by=HEAD)
    assert sees(engine, HEAD)


def test_whom_a_diagram_names_sees_it_and_so_does_whoever_began_it(engine: Engine) -> None:
    deploy(engine, bpmn(f'{START}<userTask id="a" camunda:assignee="ada@example.org"/>{END}', "s>a a>e"))
    engine.cases.start("p", by=replace(HEAD, username="starter@example.org"))
    starter = Scope("", frozenset({"other"}), "starter@example.org")
    assert [sees(engine, each) for each in (NOBODY, starter, SEO)] == [True, True, False]


def test_a_task_that_names_nobody_shows_its_case_to_every_officer(engine: Engine) -> None:
    deploy(engine, bpmn(f'{START}<userTask id="a"/>{END}', "s>a a>e"))
    engine.cases.start("p")
    assert sees(engine, NOBODY)


def test_a_link_adviser_sees_the_cases_of_their_schools(engine: Engine) -> None:
    deploy(engine, asks("seo"))
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,community\n", "")
    engine.cases.start("p", school="100001")
    assert [sees(engine, replace(HEAD, advises=frozenset({urn}))) for urn in ("100001", "100002")] == [True, False]


def test_a_contact_s_role_of_an_officer_counts_at_its_school_only(engine: Engine) -> None:
    deploy(engine, asks("seo"))
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,community\n", "")
    engine.cases.start("p", school="100001")
    both = replace(HEAD, roles=frozenset({"head", "seo"}))
    places = [{"seo": frozenset({urn})} for urn in ("100001", "100002")]
    assert [sees(engine, replace(both, schools=each)) for each in places] == [True, False]


def test_a_case_keeps_what_its_version_said(engine: Engine) -> None:
    deploy(engine, asks("seo"))
    engine.cases.start("p")
    deploy(engine, asks("seo", prop(visibleTo="head")))
    assert [sees(engine, each) for each in (SEO, HEAD)] == [True, False]


def test_a_new_version_of_a_called_process_is_read_by_those_of_its_caller(engine: Engine) -> None:
    called = '<userTask id="c" camunda:candidateGroups="{}"/>'
    caller = bpmn(f'{START}<callActivity id="call" calledElement="inner"/>{END}', "s>call call>e")
    inner = [bpmn(f"{START}{called.format(role)}{END}", "s>c c>e", key="inner") for role in ("head", "seo")]
    engine.deployments.deploy({"inner.bpmn": inner[0], "p.bpmn": caller}, "", by="owner", strict=False)
    engine.deployments.deploy({"inner.bpmn": inner[1]}, "", by="owner", strict=False)
    engine.cases.start("p")
    assert [sees(engine, each) for each in (SEO, HEAD)] == [True, False]


@pytest.fixture
def hidden(engine: Engine) -> Engine:
    """Case 1, of which the head knows nothing; case 2 is theirs."""
    deploy(engine, asks("seo"))
    deploy(engine, bpmn(f'{START}<userTask id="a" camunda:candidateGroups="head"/>{END}', "s>a a>e", key="q"), "q")
    engine.cases.start("p")
    engine.cases.start("q")
    return engine


LOOKS: dict[str, Any] = {
    "cases": lambda: select(ProcessInstance.id),
    "an alias of cases": lambda: select(aliased(ProcessInstance).id),
    "tasks": lambda: select(UserTask.instance_id),
    "an alias of tasks": lambda: select(aliased(UserTask).instance_id),
    "inbox rows": lambda: select(UserTask.instance_id).where(
        UserTask.id.in_(select(UserTaskRole.task_id).where(UserTaskRole.role.in_(["seo", "head"])))
    ),
    "history": lambda: select(History.instance_id),
    "a join": lambda: select(History.instance_id).join(UserTask, UserTask.instance_id == History.instance_id),
    "a subquery": lambda: select(select(History.instance_id).subquery().c.instance_id),
    "exists": lambda: select(ProcessInstance.id).where(exists().where(UserTask.instance_id == ProcessInstance.id)),
}


@pytest.mark.parametrize("name", LOOKS)
def test_no_query_finds_a_case_that_somebody_may_not_see(hidden: Engine, name: str) -> None:
    with hidden.reading(HEAD) as session:
        assert set(session.scalars(LOOKS[name]())) == {2}


def test_counts_leave_it_out(hidden: Engine) -> None:
    with hidden.reading(HEAD) as session:
        assert session.scalar(select(func.count()).select_from(UserTask)) == 1


def test_commands_find_neither_the_case_nor_its_task(hidden: Engine) -> None:
    with pytest.raises(InstanceNotFound):
        hidden.cases.cancel(1, "Mine.", by=HEAD)
    with pytest.raises(TaskNotFound):
        hidden.tasks.claim(1, by=HEAD)


def test_what_is_noted_of_a_case_is_what_its_process_does_not_say(hidden: Engine) -> None:
    with hidden.reading() as session:
        assert session.scalars(select(CaseReader)).all() == []
        rows = session.execute(select(ProcessReader.definition_id, ProcessReader.role)).all()
    assert sorted(tuple(row) for row in rows) == [(1, "clerk"), (1, "seo"), (2, "head")]


def test_each_table_that_names_a_case_says_by_which_column() -> None:
    named = {
        each.__name__: each.case
        for each in guarded_classes()
        if any(key.column.table.name == "process_instance" for key in each.__table__.foreign_keys)
    }
    assert [name for name, case in named.items() if not case] == []
