"""What entries say: who, from where, about what, before and after, why; and of what is confidential a digest."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from engine import Config, Engine, EventReport, Scope
from engine.audit import Draft, Origin, coming_from
from engine.audit.entries import LONGEST, About
from engine.audit.kinds import GROUPS, KINDS
from engine.audit.origin import GUEST, WEB
from engine.clock import OffsetClock
from engine.queries.links import Asked
from engine.schools.takeovers import Decision
from engine.store.tables import School
from tests.engine.audit.reading import kinds, last, trail
from tests.engine.running import DAY, LATER, LOOP, MESSAGES, authority, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SAM = Scope("town", frozenset({"seo"}), "sam@example.org")
SCHOOLS = "urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,academy\n"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n100001,100002,,Successor,01-09-2026\n"
FORM = (
    b'{"id": "report", "type": "default", "components": ['
    b'{"type": "textfield", "key": "open", "label": "Open"},'
    b'{"type": "textfield", "key": "secret", "label": "Secret", "properties": {"confidential": "head"}}]}'
)
ASKING = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:formKey="town/report" camunda:candidateGroups="seo"/>'
    '<userTask id="b" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>b b>e",
)
REPORTED = bpmn(
    f'<startEvent id="s">{prop(reportedBy="seo")}<messageEventDefinition messageRef="m2"/></startEvent>'
    '<userTask id="a"/><endEvent id="e"/>',
    "s>a a>e",
    MESSAGES,
    "reported",
)


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A case of the school Elm, in which a task with a confidential question waits."""
    config = Config(authorities={"town": authority("town")}, files=tmp_path)
    made = running(database_url, config=config)
    made.schools.import_file(SCHOOLS.encode(), "town")
    made.deployments.deploy(
        {"p.bpmn": ASKING, "forms/town/report.form": FORM}, "town", by=SAM, note="First.", strict=False
    )
    made.cases.start("p", school="100001", by=SAM)
    yield made
    made.dispose()


def answered(engine: Engine) -> dict[str, object]:
    engine.tasks.complete(task(engine, "a"), {"open": "seen", "secret": "hidden"}, by=SAM, note="At once.")
    return dict(last(engine, "task.completed", "town").after["answers"])


class TestWhoAndWhere:
    def test_a_person_is_named(self, engine: Engine) -> None:
        entry = last(engine, "case.started", "town")
        assert (entry.who_kind, entry.who) == ("person", "sam@example.org")

    def test_the_time_is_the_engine_s(self, engine: Engine) -> None:
        assert last(engine, "case.started", "town").at == engine.clock.now()

    def test_the_engine_itself_is_nobody(self, engine: Engine) -> None:
        deploy(engine, LATER, "later", "town")
        engine.cases.start("p", school="100002", authority="town")
        clock_of(engine).advance(2 * DAY)
        engine.jobs.run_due()
        entry = last(engine, "case.advanced", "town")
        assert (entry.who_kind, entry.who) == ("engine", "")

    def test_from_where_is_said_by_whoever_takes_the_request(self, engine: Engine) -> None:
        with coming_from(Origin(WEB, "192.0.2.7", SAM.username)):
            engine.tasks.claim(task(engine, "a"), SAM)
        entry = last(engine, "task.claimed", "town")
        assert (entry.channel, entry.address, entry.who_kind) == ("web", "192.0.2.7", "person")

    def test_a_guest_is_no_person_of_the_authority(self, engine: Engine) -> None:
        with coming_from(Origin(WEB, "192.0.2.7", "guest@example.org", GUEST)):
            engine.audit.note([Draft("town", "view.confidential")], Scope("town", frozenset(), "guest@example.org"))
        assert last(engine, "view.confidential", "town").who_kind == "guest"

    def test_what_is_wrong_in_an_address_is_made_writable(self, engine: Engine) -> None:
        engine.audit.note([Draft("town", "access.refused", About(subject="a\0b\ud800" + "c" * 300))], SAM)
        assert len(last(engine, "access.refused", "town").subject) == 250


class TestCases:
    def test_a_start_says_school_case_and_process(self, engine: Engine) -> None:
        entry = last(engine, "case.started", "town")
        assert (entry.school_urn, entry.school_name, entry.instance_id, entry.process) == ("100001", "Elm", 1, "p")

    def test_a_cancellation_says_why(self, engine: Engine) -> None:
        engine.cases.cancel(1, "A mistake.", by=SAM)
        assert last(engine, "case.cancelled", "town").why == "A mistake."

    def test_a_cancelled_case_is_one_entry(self, engine: Engine) -> None:
        before = len(trail(engine, "town"))
        engine.cases.cancel(1, "A mistake.", by=SAM)
        assert len(trail(engine, "town")) == before + 1

    def test_a_corrected_value_is_there_before_and_after(self, engine: Engine) -> None:
        engine.cases.set_variables(1, {"pace": "slow"}, by=SAM)
        engine.cases.set_variables(1, {"pace": "fast"}, by=SAM, reason="Mistyped.")
        entry = last(engine, "case.corrected", "town")
        assert (entry.before, entry.after, entry.why) == ({"pace": "slow"}, {"pace": "fast"}, "Mistyped.")

    def test_the_end_of_a_case_is_an_entry(self, engine: Engine) -> None:
        answered(engine)
        engine.tasks.complete(task(engine, "b"), by=SAM)
        assert kinds(engine, "town")[-2:] == ["task.completed", "case.completed"]

    def test_a_step_that_failed_is_an_incident_and_no_change(self, engine: Engine) -> None:
        deploy(engine, LATER, "later", "town")
        case = engine.cases.start("p", variables={"broken": True}, school="100002", authority="town")
        clock_of(engine).advance(2 * DAY)
        for _ in range(6):
            engine.jobs.run_due()
            clock_of(engine).advance(timedelta(hours=1))
        assert last(engine, "incident.raised", "town").instance_id == case

    def test_a_school_that_takes_over_moves_its_cases(self, engine: Engine) -> None:
        engine.schools.import_file(LINKS.encode(), "town")
        plan = engine.schools.succession(1, SAM)
        engine.schools.confirm_succession(1, Decision(plan.digest), SAM)
        assert last(engine, "case.moved", "town").school_urn == "100002"


class TestTasks:
    def test_an_answer_that_all_may_read_is_there(self, engine: Engine) -> None:
        assert answered(engine)["open"] == "seen"

    def test_a_confidential_answer_is_a_digest(self, engine: Engine) -> None:
        secret = answered(engine)["secret"]
        assert isinstance(secret, dict)
        assert len(secret["confidential"]) == 64

    def test_a_confidential_answer_stands_nowhere_in_the_trail(self, engine: Engine) -> None:
        answered(engine)
        assert "hidden" not in repr(trail(engine, "town"))

    def test_the_same_answer_has_another_digest_in_another_chain(self, engine: Engine, sqlite_url: str) -> None:
        other = running(sqlite_url.replace("pathways.db", "other.db"), config=engine.config)
        other.schools.import_file(SCHOOLS.encode(), "town")
        other.deployments.deploy({"p.bpmn": ASKING, "forms/town/report.form": FORM}, "town", by=SAM, strict=False)
        other.cases.start("p", school="100001", by=SAM)
        assert answered(engine)["secret"] != answered(other)["secret"]
        other.dispose()

    def test_a_confidential_value_that_is_corrected_is_a_digest_before_and_after(self, engine: Engine) -> None:
        answered(engine)
        engine.cases.set_variables(1, {"secret": "other"}, by=SAM)
        entry = last(engine, "case.corrected", "town")
        assert [set(side["secret"]) for side in (entry.before, entry.after)] == [{"confidential"}] * 2

    def test_a_long_answer_is_its_length_and_digest(self, engine: Engine) -> None:
        engine.tasks.complete(task(engine, "a"), {"open": "x" * LONGEST}, by=SAM)
        assert last(engine, "task.completed", "town").after["answers"]["open"]["long"] == LONGEST + 2

    def test_the_note_of_an_answer_is_why(self, engine: Engine) -> None:
        answered(engine)
        assert last(engine, "task.completed", "town").why == "At once."

    def test_a_completion_names_its_task(self, engine: Engine) -> None:
        ident = task(engine, "a")
        answered(engine)
        assert last(engine, "task.completed", "town").task_id == ident

    def test_a_claim_says_who_has_it_before_and_after(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "a"), SAM)
        entry = last(engine, "task.claimed", "town")
        assert (entry.before, entry.after) == ({"assignee": None}, {"assignee": "sam@example.org"})

    def test_a_wrong_code_of_a_link_is_told(self, engine: Engine, tmp_path: Path) -> None:
        config = Config.load(tmp_path, {"PATHWAYS_SAMPLE": "1", "PATHWAYS_MAIL_FOLDER": str(tmp_path / "mail")})
        engine.links._world = engine.links._world.__class__(
            **{
                **vars(engine.links._world),
                "config": Config(**{**vars(config), "authorities": engine.config.authorities}),
            }
        )
        link = engine.links.make(Asked(task(engine, "a"), "seo", "guest@example.org", "New."), SAM)
        engine.links.send_code(link)
        engine.links.confirm(link, "000000")
        entry = last(engine, "link.refused", "town")
        assert (entry.who_kind, entry.who, entry.person) == ("guest", "guest@example.org", "guest@example.org")


class TestTheRest:
    def test_a_deployment_says_its_versions_and_note(self, engine: Engine) -> None:
        entry = last(engine, "deployment.made", "town")
        assert (entry.after["versions"], entry.why) == (["p 1", "town/report 1"], "First.")

    def test_a_school_that_changed_is_there_before_and_after(self, engine: Engine) -> None:
        engine.schools.import_file(SCHOOLS.replace("Elm", "Elmtree").encode(), "town")
        entry = last(engine, "school.changed", "town")
        assert (entry.before, entry.after) == ({"name": "Elm"}, {"name": "Elmtree"})

    def test_a_school_that_was_imported_again_is_no_entry(self, engine: Engine) -> None:
        before = kinds(engine, "town").count("school.changed")
        engine.schools.import_file(SCHOOLS.encode(), "town")
        assert kinds(engine, "town").count("school.changed") == before

    def test_a_report_says_what_its_form_recorded_as_a_digest(self, engine: Engine) -> None:
        deploy(engine, REPORTED, "reported", "town")
        engine.messages.report(EventReport("request", {"grade": "good"}, "100002"), SAM)
        assert set(last(engine, "message.reported", "town").after["values"]) == {"confidential"}

    def test_a_file_says_its_name_and_digest(self, engine: Engine) -> None:
        engine.attachments.add(1, "a.txt", io.BytesIO(b"Evidence."), SAM)
        entry = last(engine, "file.added", "town")
        assert (entry.subject, entry.file_id, len(entry.after["sha256"])) == ("a.txt", 1, 64)

    def test_a_removed_file_says_why(self, engine: Engine) -> None:
        engine.attachments.remove(engine.attachments.add(1, "a.txt", io.BytesIO(b"x"), SAM), "Wrong case.", SAM)
        entry = last(engine, "file.removed", "town")
        assert (entry.why, entry.instance_id) == ("Wrong case.", 1)

    def test_a_statement_that_says_itself_which_rows_is_told(self, engine: Engine) -> None:
        with engine.transactions.writing(SAM) as session:
            session.execute(update(School).where(School.urn == "100001").values(governance="IEB"))
        entry = last(engine, "school.changed", "town")
        assert (entry.school_urn, entry.after) == ("100001", {"governance": "IEB"})

    def test_a_statement_that_finds_nothing_is_not(self, engine: Engine) -> None:
        before = len(trail(engine, "town"))
        with engine.transactions.writing(SAM) as session:
            session.execute(update(School).where(School.urn == "9").values(governance="IEB"))
        assert len(trail(engine, "town")) == before

    def test_the_sample_s_clock_is_the_installation_s(self, sqlite_url: str) -> None:
        made = running(sqlite_url, clock=OffsetClock(lambda: timedelta()))
        made.installation.move_clock(DAY)
        assert last(made, "clock.moved").after == {"value": {"seconds": 86400.0}}
        made.dispose()

    def test_a_rehearsal_leaves_no_entry(self, sqlite_url: str) -> None:
        made = running(sqlite_url)
        deploy(made, LOOP)
        before = len(trail(made))
        made.rehearsals.of_version(1, made.clock.now(), Scope(""))
        assert len(trail(made)) == before
        made.dispose()


def test_no_kind_stands_in_two_groups() -> None:
    assert len(KINDS) == sum(len(group) for group in GROUPS.values())


def test_a_kind_that_is_not_in_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match=r"case\.lost"):
        Draft("town", "case.lost")
