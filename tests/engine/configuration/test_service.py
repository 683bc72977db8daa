"""A document of the configuration is deployed as a form is: what is deployed wins over the file, in every process, and is kept in
versions. On both databases."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine import Config, Deployed, Engine, Scope
from engine.calendar.files import Calendars
from engine.configuration import Setting, write_settings
from engine.errors import DeploymentRefused, DocumentNotFound, DocumentOvertaken, NothingNew, PermissionsKept
from engine.queries.audit import AuditFilters, audit_entries
from tests.conftest import ROOT
from tests.engine.running import authority, clock_of, role, running, task
from tests.engine.spiff.cases import bpmn

PAT = Scope("here", frozenset({"owner"}), "pat@here.example.org")
SAM = Scope("here", frozenset({"head"}), "sam@here.example.org")
READS = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:dueDate="= settings.answer"/><userTask id="b" camunda:dueDate="= settings.answer"/>'
    '<endEvent id="e"/>',
    "s>a a>b b>e",
)


def said(value: object, why: str = "") -> bytes:
    return write_settings({"answer": Setting("answer", value, why)})


def engine_with(database_url: str, approval: str = "") -> Engine:
    home = authority("here")
    roles = {**home.roles, "owner": role("owner", "own-processes")}
    made = replace(home, roles=roles, approval=approval, settings={"answer": "P7D"}, reasons={"answer": "So it was"})
    return running(database_url, config=Config(authorities={"here": made}))


@pytest.fixture
def engine(database_url: str) -> Engine:
    return engine_with(database_url)


def counts(engine: Engine) -> object:
    with engine.reading():
        return engine.transactions.world.settings("here")["answer"]


def test_the_file_counts_as_version_1_until_something_is_deployed(engine: Engine) -> None:
    now = engine.configuration.standing("settings", PAT)
    assert (now.version, now.at, now.content) == (1, None, said("P7D", "So it was"))
    assert [each.version for each in engine.configuration.versions("settings", PAT)] == [1]


def test_the_first_change_keeps_what_the_file_said_as_version_1(engine: Engine) -> None:
    done = engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    assert isinstance(done, Deployed)
    assert done.config == {"config:settings": 2}
    assert counts(engine) == "P3D"
    rows = engine.configuration.versions("settings", PAT)
    assert [(each.version, each.latest, each.note, each.content) for each in rows] == [
        (2, True, "Shorter", said("P3D")),
        (1, False, "As the file of the installation said until then", said("P7D", "So it was")),
    ]


def test_a_running_case_reads_the_new_value_at_its_next_step_and_keeps_the_dates_it_has(engine: Engine) -> None:
    engine.deployments.deploy({"p.bpmn": READS}, "here", strict=False)
    case = engine.cases.start("p", authority="here")
    began = clock_of(engine).now()
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    assert engine.tasks.open(instance=case)[0].due == began + timedelta(days=7)
    engine.tasks.complete(task(engine, "a", case), {}, by="seo")
    assert engine.tasks.open(instance=case)[0].due == began + timedelta(days=3)


def test_what_would_break_a_diagram_is_refused_and_nothing_is_written(engine: Engine) -> None:
    engine.deployments.deploy({"p.bpmn": READS}, "here", strict=False)
    with pytest.raises(DeploymentRefused, match="ten moons"):
        engine.configuration.hand_in("settings", said("ten moons"), 1, "Longer", PAT)
    assert [each.version for each in engine.configuration.versions("settings", PAT)] == [1]
    assert counts(engine) == "P7D"


def test_what_was_wrong_before_stands_against_no_other_change(engine: Engine) -> None:
    broken = READS.replace(b"settings.answer", b"settings.anser", 1)
    engine.deployments.deploy({"p.bpmn": broken}, "here", strict=False)
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    assert counts(engine) == "P3D"


def test_a_document_that_cannot_be_read_is_refused(engine: Engine) -> None:
    with pytest.raises(DeploymentRefused, match="it must say settings"):
        engine.configuration.hand_in("settings", b"[]", 1, "Nothing", PAT)


def test_who_comes_second_is_told_and_takes_nothing_back(engine: Engine) -> None:
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    with pytest.raises(DocumentOvertaken):
        engine.configuration.hand_in("settings", said("P9D"), 1, "Longer", PAT)
    assert counts(engine) == "P3D"


def test_the_same_is_no_version(engine: Engine) -> None:
    done = engine.configuration.hand_in("settings", said("P7D", "So it was"), 1, "The same", PAT)
    assert isinstance(done, Deployed)
    assert [each.version for each in engine.configuration.versions("settings", PAT)] == [1]


def test_an_earlier_version_counts_again_as_a_new_one(engine: Engine) -> None:
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    engine.configuration.back("settings", 1, 2, "Too short", PAT)
    assert counts(engine) == "P7D"
    assert [each.note for each in engine.configuration.versions("settings", PAT)][:2] == [
        "Back to version 1: Too short",
        "Shorter",
    ]
    with pytest.raises(DocumentNotFound):
        engine.configuration.back("settings", 9, 3, "", PAT)


def test_from_a_day_on_it_counts_on_that_day(engine: Engine) -> None:
    day = date(2026, 10, 1)
    plan = engine.configuration.hand_in("settings", said("P3D"), 1, "From October", PAT, day)
    assert isinstance(plan, int)
    assert counts(engine) == "P7D"
    clock_of(engine).advance(timedelta(days=30))
    engine.jobs.run_due()
    assert counts(engine) == "P3D"


def test_a_second_person_approves_it_where_that_is_asked(database_url: str) -> None:
    engine = engine_with(database_url, approval="head")
    plan = engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    assert isinstance(plan, int)
    assert counts(engine) == "P7D"
    engine.plans.approve(plan, SAM)
    assert counts(engine) == "P3D"
    assert engine.configuration.versions("settings", PAT)[0].approved_by == SAM.username


def test_a_plan_is_not_made_of_what_was_overtaken_or_is_the_same(database_url: str) -> None:
    engine = engine_with(database_url, approval="head")
    with pytest.raises(NothingNew):
        engine.configuration.hand_in("settings", said("P7D", "So it was"), 1, "The same", PAT)
    with pytest.raises(DocumentOvertaken):
        engine.configuration.hand_in("settings", said("P3D"), 2, "Of a version that is not there", PAT)


def test_another_authority_sees_and_gets_nothing_of_it(database_url: str) -> None:
    homes = {ident: replace(authority(ident), settings={"answer": "P7D"}) for ident in ("here", "there")}
    engine = running(database_url, config=Config(authorities=homes))
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    there = Scope("there", frozenset({"owner"}), "lee@there.example.org")
    assert engine.configuration.standing("settings", there).version == 1
    with engine.reading():
        assert engine.transactions.world.settings("there")["answer"] == "P7D"


def test_another_engine_on_the_database_sees_it_without_a_restart(database_url: str, engine: Engine) -> None:
    other = Engine(database_url, config=Config(authorities=dict(engine.config.authorities)), clock=engine.clock)
    assert counts(other) == "P7D"
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    other.transactions.authorities.forget()  # as a second later
    assert counts(other) == "P3D"
    other.dispose()


def test_the_audit_trail_says_which_version_was_made_why_and_by_whom(engine: Engine) -> None:
    engine.configuration.hand_in("settings", said("P3D"), 1, "Shorter", PAT)
    with engine.reading() as session:
        entries = [each for each in audit_entries(session, "here", AuditFilters()) if each.kind == "deployment.made"]
    made = next(each for each in entries if each.why == "Shorter")
    assert made.who == PAT.username
    assert made.after["versions"] == ["Settings 2"]


def test_what_reads_a_setting_is_told_with_versions_that_cases_still_run_on(engine: Engine) -> None:
    engine.deployments.deploy({"p.bpmn": READS}, "here", strict=False)
    engine.cases.start("p", authority="here")
    engine.deployments.deploy({"p.bpmn": READS.replace(b'"= settings.answer"', b'"P1D"')}, "here", strict=False)
    found = engine.configuration.settings_read(PAT)
    assert [(each.title, each.element) for each in found["answer"]] == [("p, version 1", "a"), ("p, version 1", "b")]
    assert engine.configuration.open_cases(PAT) == {"p": 1}


def test_roles_and_clauses_that_are_deployed_win_over_the_file(engine: Engine) -> None:
    said = b"roles:\n- {id: seo, name: Officer}\n- {id: owner, name: Owner, capabilities: [own-processes]}\n"
    engine.deployments.deploy({"roles.yaml": said}, "here", by="operator")
    with engine.reading():
        assert set(engine.config.authorities["here"].roles) == {"seo", "owner"}
    clauses = b"sources: {A: {title: The policy}}\nclauses:\n- {id: A-1, says: So it is}\n"
    engine.deployments.deploy({"clauses.yaml": clauses}, "here")
    with engine.reading():
        assert engine.transactions.authorities.clauses("here") == clauses


@pytest.mark.parametrize(
    ("file", "content", "wrong"),
    [
        ("roles.yaml", b"roles: []", "There must be 1 to 300 roles"),
        ("roles.yaml", b"roles: [{id: seo}]", "seo, name: Missing data for required field"),
        ("roles.yaml", b"roles: [{id: a, name: A}, {id: a, name: B}]", "a, id: There is another role with this id"),
        ("roles.yaml", b"roles: [{id: seo, name: A}]", "no role would permit to change processes"),
        ("clauses.yaml", b"clauses: [{id: a, says: So}]", "a, id: Use letters, digits"),
        ("clauses.yaml", b"clauses: [{id: A-1, says: So}, {id: A-1, says: No}]", "A-1, id: There is another clause"),
        ("clauses.yaml", b"clauses: 1", "it must say clauses"),
        ("calendar.csv", b"a,b\n", "there is no column"),
    ],
)
def test_a_document_that_is_wrong_says_where(engine: Engine, file: str, content: bytes, wrong: str) -> None:
    with pytest.raises(DeploymentRefused, match=re.escape(wrong)):
        engine.deployments.deploy({file: content}, "here")


def test_a_role_that_the_authoritys_file_lets_approve_stays(database_url: str) -> None:
    engine = engine_with(database_url, approval="head")
    with pytest.raises(DeploymentRefused, match='the role "head" approves deployments'):
        engine.deployments.deploy({"roles.yaml": b"roles: [{id: o, name: O, capabilities: [own-processes]}]"}, "here")


def test_who_may_change_processes_gives_no_role_more(engine: Engine) -> None:
    said = b"roles: [{id: seo, name: Seo, capabilities: [audit]}, {id: owner, name: O, capabilities: [own-processes]}]"
    with pytest.raises(PermissionsKept, match="What the role Seo permits"):
        engine.configuration.hand_in("roles", said, 1, "More", PAT)


def test_a_calendar_that_is_deployed_counts_and_moves_dates(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    shutil.copy(ROOT / "config" / "calendars" / "barnsley.csv", folder / "here.csv")
    config = Config(authorities={"here": authority("here")})
    engine = running(database_url, config=config, calendar=Calendars(folder))
    engine.deployments.deploy({"p.bpmn": READS.replace(b'"= settings.answer"', b'"1 half-term"')}, "here", strict=False)
    case = engine.cases.start("p", authority="here")
    engine.calendars.follow()
    before = engine.tasks.open(instance=case)[0].due
    assert before is not None
    later = (folder / "here.csv").read_bytes().replace(b"2026-11-09,", b"2026-11-16,")
    moves = engine.configuration.moves(later, PAT)
    assert [(each.case, each.before, each.after) for each in moves.dates] == [
        (case, before, before + timedelta(days=7))
    ]
    engine.configuration.hand_in("calendar", later, 1, "A week later", PAT)
    assert engine.tasks.open(instance=case)[0].due == before
    assert engine.calendars.follow() == 1
    assert engine.tasks.open(instance=case)[0].due == before + timedelta(days=7)
    engine.configuration.back("calendar", 1, 2, "", PAT)
    engine.calendars.follow()
    assert engine.tasks.open(instance=case)[0].due == before
