"""A task that nobody of the authority can do is an incident that names it, and never open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from engine import Config, Engine
from engine.errors import AnswerKept, StartKept
from engine.people.directory import Member
from tests.engine.running import authority, deploy, running, task, waiting
from tests.engine.spiff.cases import bpmn

ENDED = '<startEvent id="s"/><userTask id="first" camunda:candidateGroups="seo"/><endEvent id="e"/>'


def members(session: Session, home: str, day: date, *_: object) -> list[Member]:
    return [Member("sue", "Sue", roles=frozenset({"seo"}))] if home == "town" else []


@pytest.fixture
def town(database_url: str) -> Iterator[Engine]:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}), directory=members)
    yield engine
    engine.dispose()


def begun(engine: Engine, attributes: str, **variables: object) -> int:
    body = ENDED + f'<userTask id="a" name="Answer" {attributes}/>'
    deploy(engine, bpmn(body, "s>first first>a a>e"), authority="town")
    return engine.cases.start("p", variables=variables, authority="town")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ('camunda:assignee="secy"', '"Answer" is given to "secy", and Town has no such person: secy'),
        (
            'camunda:assignee="= who"',
            '"Answer" is given to what an expression gives, and Town has no such person: = who',
        ),
        (
            'camunda:candidateGroups="= who"',
            '"Answer" is given to what an expression gives, and Town has no such role: = who',
        ),
    ],
)
def test_a_task_for_nobody_of_the_authority_is_refused(town: Engine, attributes: str, told: str) -> None:
    case = begun(town, attributes, who="Pat")
    with pytest.raises(AnswerKept, match=told):
        town.tasks.complete(task(town, "first", case), {})
    assert waiting(town, case) == ["first"]


def test_a_person_of_the_authority_gets_the_task(town: Engine) -> None:
    case = begun(town, 'camunda:assignee="= who"', who="sue")
    town.tasks.complete(task(town, "first", case), {})
    assert waiting(town, case) == ["a"]


def test_a_case_that_begins_with_a_task_for_nobody_is_not_begun(town: Engine) -> None:
    body = '<startEvent id="s"/><userTask id="a" name="Answer" camunda:assignee="secy"/><endEvent id="e"/>'
    deploy(town, bpmn(body, "s>a a>e"), authority="town")
    with pytest.raises(StartKept, match="no such person"):
        town.cases.start("p", authority="town")
