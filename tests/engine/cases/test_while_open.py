"""What a start for many schools does for a school whose case of the last round is still open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import DeploymentRefused
from tests.engine.running import authority, role, running
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = "urn,name,phase,type\n100001,Sampleby School,primary,community\n100002,Fableton School,primary,community\n"


def panel(**properties: str) -> bytes:
    """A process for each school, with these properties."""
    said = prop(**properties) if properties else ""
    start = f'<startEvent id="s">{prop(forEach="school")}</startEvent>'
    return bpmn(f'{said}{start}<userTask id="a" name="Hold the panel"/><endEvent id="e"/>', "s>a a>e")


def begun(database_url: str, **properties: str) -> Engine:
    """An engine with one open case of the last round, for Sampleby School, when the next round has begun."""
    town = authority("town")
    config = Config(authorities={"town": replace(town, roles={**town.roles, "head": role("head", "manage")})})
    engine = running(database_url, config=config)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    engine.deployments.deploy({"p.bpmn": panel(**properties)}, "town", by="owner", strict=False)
    engine.cases.start("p", authority="town", school="100001")
    engine.batches.start("p", by="", authority="town")
    engine.jobs.run_due()
    return engine


def cases(engine: Engine) -> dict[int, tuple[str | None, str]]:
    """The cases by number: their school and status."""
    with engine.reading() as session:
        return {row.id: (row.school_urn, row.status) for row in queries.instances(session).items}


def told(engine: Engine, who: str) -> list[tuple[str, str]]:
    """What people of a role are told."""
    with engine.reading() as session:
        found = queries.notifications(session, Scope("town", frozenset({who}), "x"))
        return [(row.subject, row.text) for row in found]


def test_a_school_with_an_open_case_is_passed_over(database_url: str) -> None:
    assert cases(begun(database_url)) == {1: ("100001", "active"), 2: ("100002", "active")}


def test_managers_are_told_whom_a_round_passed_over_and_what_is_waited_for(database_url: str) -> None:
    said = "These have an open case of p, so no new one began: Sampleby School, case 1, which waits for Hold the panel."
    assert told(begun(database_url), "head") == [("p: 1 school was passed over", said)]


def test_others_are_not_told(database_url: str) -> None:
    assert told(begun(database_url), "clerk") == []


def test_a_round_may_begin_beside_the_last_one(database_url: str) -> None:
    found = cases(begun(database_url, whileOpen="begin", cases="many"))
    assert sorted(found.values()) == [("100001", "active"), ("100001", "active"), ("100002", "active")]


def test_a_round_may_end_the_last_one(database_url: str) -> None:
    found = cases(begun(database_url, whileOpen="end"))
    assert sorted(found.values()) == [("100001", "active"), ("100001", "cancelled"), ("100002", "active")]


def test_a_case_that_a_round_ended_says_what_it_still_waited_for(database_url: str) -> None:
    engine = begun(database_url, whileOpen="end")
    with engine.reading() as session:
        reason = queries.instance(session, 1).reason
    assert reason == "A new round of p began on 7 September 2026. It still waited for: Hold the panel."


@pytest.mark.parametrize("given", [{"whileOpen": "wait"}, {"whileOpen": "begin"}])
def test_what_is_not_understood_is_refused(database_url: str, given: dict[str, str]) -> None:
    with pytest.raises(DeploymentRefused, match="PW-864"):
        begun(database_url, **given)
