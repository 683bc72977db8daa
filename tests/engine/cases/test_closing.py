"""A case whose process says so (property ``endWhen``) ends with its school, and those concerned are told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import Config, Engine, Scope, queries
from engine.schools.takeovers import Decision
from engine.store.tables import Notification
from tests.engine.running import authority, deploy, running
from tests.engine.spiff.cases import bpmn, prop

OLD, NEW = "100001", "100003"
HEADING = "urn,name,phase,type,status\n"
OPEN = HEADING + f"{OLD},Ash Primary,primary,community,open\n{NEW},Elm Primary,primary,community,open\n"
CLOSED = HEADING + f"{OLD},Ash Primary,primary,community,closed\n"
LINKS = f"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{OLD},{NEW},,Successor,01-09-2026\n"
MANAGER = Scope("town", frozenset({"seo"}), "manager", oversees=True)
ASKS = '<startEvent id="s"/><userTask id="a" name="The report" camunda:candidateGroups="head"/><endEvent id="e"/>'
ENDS = bpmn(prop(endWhen="= school.status = &quot;closed&quot;") + ASKS, "s>a a>e")
STAYS = bpmn(ASKS, "s>a a>e")


@pytest.fixture
def town(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(OPEN.encode(), "town")
    return engine


def start(engine: Engine, xml: bytes = ENDS, school: str = OLD) -> int:
    deploy(engine, xml, authority="town")
    return engine.cases.start("p", school=school, authority="town")


def closes(engine: Engine, *files: str) -> None:
    names = ("schools", "links")
    engine.schools.import_files(
        {name: text.encode() for name, text in zip(names, (CLOSED, *files), strict=False)}, "town"
    )
    engine.jobs.run_due()


def status(engine: Engine, case: int) -> str:
    return engine.cases.get(case).status


def test_a_case_ends_with_its_school(town: Engine) -> None:
    case = start(town)
    closes(town)
    assert (status(town, case), town.tasks.open(case)) == ("cancelled", [])


def test_its_story_says_why(town: Engine) -> None:
    case = start(town)
    closes(town)
    said = [row.detail["reason"] for row in town.cases.history(case) if row.how == "stopped"]
    assert said == ["Ash Primary: the register says “closed”. p ends with the school."]


def test_whoever_it_waited_for_is_told(town: Engine) -> None:
    case = start(town)
    closes(town)
    with town.reading() as session:
        [(role, text)] = session.execute(
            select(Notification.role, Notification.text).where(
                Notification.instance_id == case, Notification.subject.startswith("Ended with the school")
            )
        ).all()
    assert (role, "It waited for: The report." in text) == ("head", True)


def test_a_case_of_a_process_that_does_not_say_so_goes_on(town: Engine) -> None:
    case = start(town, STAYS)
    closes(town)
    assert status(town, case) == "active"


def test_another_school_s_case_goes_on(town: Engine) -> None:
    case = start(town, school=NEW)
    closes(town)
    assert status(town, case) == "active"


def test_a_school_that_is_to_be_followed_keeps_its_case_until_a_manager_decides(town: Engine) -> None:
    case = start(town)
    closes(town, LINKS)
    assert status(town, case) == "active"
    seen = town.schools.succession(1, MANAGER)
    town.schools.confirm_succession(1, Decision(seen.digest), MANAGER)
    town.jobs.run_due()
    assert (status(town, case), town.cases.get(case).school_urn) == ("active", NEW)


def test_when_nobody_follows_after_all_it_ends(town: Engine) -> None:
    case = start(town)
    closes(town, LINKS)
    town.schools.refuse_succession(1, "Another trust takes the children.", MANAGER)
    assert status(town, case) == "cancelled"


def test_the_pages_of_the_case_and_the_notices_still_open(town: Engine) -> None:
    case = start(town)
    closes(town)
    with town.reading(MANAGER) as session:
        assert queries.instance_detail(session, case).row.status == "cancelled"
        assert queries.notifications(session, Scope("town", frozenset({"head"}), "holly"))
