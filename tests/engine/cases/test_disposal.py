"""Nothing is deleted that nobody has approved; what is deleted leaves nothing of its content, and the proof that it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from engine import Engine, Held, Scope, queries
from engine.errors import CaseHeld, DisposalNotFound, EntryKept, HoldNotFound, NotForRecords, OwnProposal, ReasonMissing
from engine.queries import ALWAYS, InstanceFilters
from engine.queries.contents import TABLES, contents, digest
from engine.queries.retention import DisposalRow, deleted_cases, disposal_of, disposals, holds, holds_on
from engine.store.tables import (
    AuditEntry,
    Base,
    CaseFigure,
    Disposal,
    Figure,
    Notification,
    ProcessInstance,
    ReportedEvent,
    SchoolCategory,
    TouchedCase,
)
from tests.engine.audit.reading import kinds, last, trail
from tests.engine.cases.kept import BOSS, GOV, SAM, ended, keeping, later, who

#: What only the case says; none of it may be left anywhere in the database.
SAID = ("phonics", "Divorce", "Evidence", "notes.txt", "guest@example.org", "Year 2", "the governors", "Look at this")


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A case that is due for deletion."""
    made = keeping(database_url, tmp_path)
    ended(made)
    later(made, years=1)
    later(made, years=7)
    yield made
    made.dispose()


def listed(engine: Engine, status: str = "waiting") -> tuple[DisposalRow, ...]:
    with engine.reading(who(engine, GOV)) as session:
        return disposals(session, status).items


def approved(engine: Engine) -> DisposalRow:
    """The case is deleted."""
    engine.retention.approve([1], who(engine, GOV))
    engine.retention.follow()
    return listed(engine, "deleted")[0]


def everything(engine: Engine) -> str:
    """All rows of the database, in words."""
    said = []
    with engine.reading() as session:
        for mapper in Base.registry.mappers:
            rows = session.scalars(select(mapper.class_)).all()
            said += [str({each.key: getattr(row, each.key) for each in mapper.column_attrs}) for row in rows]
    return "\n".join(said)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_an_archived_case_is_listed_on_the_day_on_which_it_is_due(engine: Engine) -> None:
    row = listed(engine)[0]
    assert row.due == date(2033, 9, 7)
    assert row.rule == "kept for 7 years after the end (Line 4.2)"


def test_not_a_day_before(database_url: str, tmp_path: Path) -> None:
    made = keeping(database_url, tmp_path)
    ended(made)
    later(made, years=1)
    later(made, days=6 * 365 - 10)
    assert listed(made) == ()
    made.dispose()


def test_the_list_says_what_the_case_holds(engine: Engine) -> None:
    holds = listed(engine)[0].holds
    assert (holds.answers, holds.files) == (1, 1)
    assert holds.letters == 1
    assert holds.mails >= 1


def test_a_case_is_listed_once(engine: Engine) -> None:
    later(engine, days=1)
    assert len(listed(engine)) == 1


def test_nothing_is_deleted_by_itself(engine: Engine) -> None:
    later(engine, years=50)
    with engine.reading() as session:
        assert session.get(ProcessInstance, 1) is not None


# -- deciding ----------------------------------------------------------------------------------------------------------


def test_only_whoever_looks_after_records_approves(engine: Engine) -> None:
    with pytest.raises(NotForRecords):
        engine.retention.approve([1], who(engine, BOSS))


def test_whoever_put_it_on_the_list_does_not_approve_it(engine: Engine) -> None:
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.get_one(Disposal, 1).listed_by = GOV
    with pytest.raises(OwnProposal):
        engine.retention.approve([1], who(engine, GOV))


def test_what_is_decided_is_decided_once(engine: Engine) -> None:
    engine.retention.approve([1], who(engine, GOV))
    with pytest.raises(DisposalNotFound):
        engine.retention.approve([1], who(engine, GOV))


def test_of_several_all_are_approved_or_none(engine: Engine) -> None:
    with pytest.raises(DisposalNotFound):
        engine.retention.approve([1, 2], who(engine, GOV))
    assert listed(engine)[0].status == "waiting"


def test_what_is_kept_back_is_asked_again_on_its_day(engine: Engine) -> None:
    again = engine.clock.now().date() + timedelta(days=30)
    engine.retention.keep_back(1, "An appeal may come.", again, who(engine, GOV))
    later(engine, days=29)
    assert listed(engine) == ()
    assert listed(engine, "kept")[0].reason == "An appeal may come."
    later(engine, days=1)
    assert listed(engine)[0].instance_id == 1


def test_keeping_back_needs_a_reason(engine: Engine) -> None:
    with pytest.raises(ReasonMissing):
        engine.retention.keep_back(1, " ", date(2040, 1, 1), who(engine, GOV))


def test_each_decision_is_in_the_audit_trail(engine: Engine) -> None:
    engine.retention.keep_back(1, "An appeal may come.", engine.clock.now().date(), who(engine, GOV))
    assert last(engine, "disposal.kept", "town").why == "An appeal may come."
    later(engine, days=1)
    engine.retention.approve([1], who(engine, GOV))
    assert last(engine, "disposal.approved", "town").who == GOV


# -- legal holds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held", [Held("A claim.", case=1), Held("A claim.", school="100001"), Held("A claim.", person="Divorce")]
)
def test_what_is_held_is_not_approved(engine: Engine, held: Held) -> None:
    engine.retention.hold(held, who(engine, GOV))
    assert listed(engine)[0].held
    with pytest.raises(CaseHeld):
        engine.retention.approve([1], who(engine, GOV))


def test_a_hold_that_is_set_after_the_approval_still_holds(engine: Engine) -> None:
    engine.retention.approve([1], who(engine, GOV))
    engine.retention.hold(Held("A claim.", case=1), who(engine, GOV))
    engine.retention.follow()
    assert listed(engine)[0].status == "waiting"
    assert kinds(engine, "town")[-1] == "disposal.withdrawn"


def test_a_hold_says_who_why_and_until_when(engine: Engine) -> None:
    engine.retention.hold(Held("A claim.", case=1, until=date(2040, 1, 1)), who(engine, GOV))
    with engine.reading(who(engine, BOSS)) as session:
        row = holds_on(session, 1)[0]
    assert (row.reason, row.set_by, row.until) == ("A claim.", GOV, date(2040, 1, 1))


def test_lifting_needs_a_reason(engine: Engine) -> None:
    hold = engine.retention.hold(Held("A claim.", case=1), who(engine, GOV))
    with pytest.raises(ReasonMissing):
        engine.retention.lift(hold, "", who(engine, GOV))


def test_a_lifted_hold_is_remembered_and_not_lifted_again(engine: Engine) -> None:
    hold = engine.retention.hold(Held("A claim.", case=1), who(engine, GOV))
    engine.retention.lift(hold, "Settled.", who(engine, GOV))
    with engine.reading(who(engine, GOV)) as session:
        assert [each.lifted_for for each in holds(session, lifted=True)] == ["Settled."]
    with pytest.raises(HoldNotFound):
        engine.retention.lift(hold, "Settled.", who(engine, GOV))


def test_only_whoever_looks_after_records_holds(engine: Engine) -> None:
    with pytest.raises(NotForRecords):
        engine.retention.hold(Held("A claim.", case=1), who(engine, BOSS))


# -- what is gone, and what is left ------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", SAID)
def test_what_the_case_says_is_there_before(engine: Engine, said: str) -> None:
    assert said in everything(engine) or said == "Evidence"


@pytest.mark.parametrize("said", SAID)
def test_nothing_of_its_content_is_left(engine: Engine, said: str) -> None:
    approved(engine)
    assert said not in everything(engine)


def test_its_files_are_gone(engine: Engine, tmp_path: Path) -> None:
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    approved(engine)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


def test_files_that_a_crash_left_are_removed_next_time(engine: Engine, tmp_path: Path) -> None:
    row = approved(engine)
    left = tmp_path / "files" / "ab" / "abcd"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"Evidence.")
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.get_one(Disposal, row.id).files, session.get_one(Disposal, row.id).status = ["abcd"], "erasing"
    engine.retention.follow()
    assert not left.exists()
    assert listed(engine, "deleted")[0].status == "deleted"


def test_the_certificate_has_the_digest_of_what_was_there(engine: Engine) -> None:
    engine.retention.approve([1], who(engine, GOV))
    with engine.reading() as session:
        before = digest(contents(session, 1))
    engine.retention.follow()
    assert listed(engine, "deleted")[0].certificate["sha256"] == before


def test_it_has_those_of_files_and_of_packs_that_were_handed_out(engine: Engine) -> None:
    certificate = approved(engine).certificate
    assert len(certificate["files"]) == 1
    assert certificate["packs"] == ["ab" * 32]


def test_it_says_who_approved_it(engine: Engine) -> None:
    row = approved(engine)
    assert (row.decided_by, row.certificate["approved_by"]) == (GOV, GOV)


def test_the_audit_trail_has_the_certificate(engine: Engine) -> None:
    row = approved(engine)
    entry = last(engine, "case.deleted", "town")
    assert entry.after["sha256"] == row.certificate["sha256"]
    assert entry.why == "kept for 7 years after the end (Line 4.2)"


def test_the_chain_is_whole(engine: Engine) -> None:
    approved(engine)
    assert engine.audit.verify("town").wrong == ()


def test_it_goes_on_and_stays_whole(engine: Engine) -> None:
    approved(engine)
    ended(engine, "100002", "Fine.")
    assert engine.audit.verify("town").wrong == ()


def test_what_was_done_when_and_by_whom_stays_in_the_trail(engine: Engine) -> None:
    before = [(each.seq, each.at, each.who, each.kind, each.hash) for each in trail(engine, "town", case=1)]
    approved(engine)
    after = [(each.seq, each.at, each.who, each.kind, each.hash) for each in trail(engine, "town", case=1)]
    assert after[: len(before)] == before


def test_an_address_of_the_case_leads_to_nothing(engine: Engine) -> None:
    approved(engine)
    with engine.reading(who(engine, BOSS)) as session:
        assert queries.instances(session, InstanceFilters(archive=True)).items == ()
        row = disposal_of(session, 1)
    assert row is not None
    assert row.status == "deleted"


def test_figures_say_how_many_are_not_counted(engine: Engine) -> None:
    with engine.reading(who(engine, BOSS)) as session:
        assert deleted_cases(session, ALWAYS, "p") == 0
    approved(engine)
    with engine.reading(who(engine, BOSS)) as session:
        assert deleted_cases(session, ALWAYS, "p") == 1
        assert deleted_cases(session, queries.Period(engine.clock.now(), None), "p") == 0


def test_other_cases_are_left_alone(engine: Engine) -> None:
    other = ended(engine, "100002", "Fine.")
    approved(engine)
    with engine.reading() as session:
        assert session.get(ProcessInstance, other) is not None
        assert session.scalar(select(func.count()).select_from(Notification)) == 1


def test_the_school_keeps_its_category_and_not_its_reason(engine: Engine) -> None:
    with engine.transactions.writing(Scope.all_authorities()) as session:
        row = {"urn": "100001", "category": "C", "reason": "Weak phonics.", "instance_id": 1}
        session.add(SchoolCategory(authority="town", since=engine.clock.now(), **row))
    approved(engine)
    with engine.reading() as session:
        left = session.scalars(select(SchoolCategory)).one()
    assert left.category == "C"
    assert "phonics" not in left.reason


@pytest.mark.parametrize(("reached", "left"), [([1], []), ([1, 99], [[99]]), ([99], [[99]])])
def test_an_event_goes_that_reached_no_other_case(engine: Engine, reached: list[int], left: list[list[int]]) -> None:
    with engine.transactions.writing(Scope.all_authorities()) as session:
        row = {"urn": "100001", "message": "m", "title": "Inspected", "values": {"by": "Ofsted"}, "reached": reached}
        session.add(ReportedEvent(authority="town", at=engine.clock.now(), by=SAM, **row))
    approved(engine)
    with engine.reading() as session:
        assert [each.reached for each in session.scalars(select(ReportedEvent))] == left


def test_a_case_that_cannot_be_deleted_is_listed_again_and_says_so(engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.delitem(TABLES, ProcessInstance)
    monkeypatch.setitem(TABLES, AuditEntry, lambda table, case: table.instance_id == case)
    engine.retention.approve([1], who(engine, GOV))
    engine.retention.follow()
    row = listed(engine)[0]
    assert (row.status, row.reason) == ("failed", "It could not be deleted: EntryKept")


def test_no_figure_counts_it_any_more(engine: Engine) -> None:
    engine.figures.follow()
    approved(engine)
    with engine.reading() as session:
        left = [session.scalar(select(func.count()).select_from(each)) for each in (Figure, CaseFigure, TouchedCase)]
    assert left == [0, 0, 0]


# -- nothing is forgotten ----------------------------------------------------------------------------------------------

#: Tables that name cases, tasks or incidents and are no part of one: what becomes of the rows is said beside each.
STAYS = {
    "case_figure": "taken out of the figures, then deleted (engine/cases/counting.py)",
    "touched_case": "deleted with what the case had in the figures",
    "audit_entry": "emptied (engine/audit/erasing.py)",
    "disposal": "what is left",
    "hold": "says that it was held",
    "message": "also names its target, which is taken out",
    "report": "a document of the council's own; loses the task that it was made for",
    "school_category": "the school's record; loses case and reason",
}


def test_every_table_that_names_a_case_is_deleted_with_it_or_said_to_stay() -> None:
    names = {"instance_id", "task_id", "incident_id", "source_id", "target_id"}
    known = {each.__tablename__ for each in TABLES} | STAYS.keys()
    naming = {
        name
        for name, table in Base.metadata.tables.items()
        if names & set(table.columns.keys())
        or {"process_instance", "user_task", "incident"} & {key.column.table.name for key in table.foreign_keys}
    }
    assert naming <= known | {"process_instance"}


# -- the trail cannot be emptied otherwise -----------------------------------------------------------------------------


def run(engine: Engine, statement: str) -> None:
    with engine.database._open().begin() as connection:
        connection.execute(text(statement))


EMPTY = "person = '', subject = '', \"before\" = '', \"after\" = '', why = ''"


def test_entries_that_were_emptied_without_a_deletion_show(engine: Engine) -> None:
    run(engine, f"UPDATE audit_entry SET {EMPTY}, erased = 7 WHERE authority = 'town' AND seq = 5")
    assert engine.audit.verify("town").wrong == ("1 entries were emptied, and no deletion of a case says so",)


def test_so_do_more_than_the_deletion_says(engine: Engine) -> None:
    approved(engine)
    run(engine, f"UPDATE audit_entry SET {EMPTY}, erased = 1 WHERE authority = 'town' AND seq = 1")
    assert "deletion 1 is not what was there" in engine.audit.verify("town").wrong[0]


@pytest.mark.parametrize(
    "change",
    [
        "why = 'Another'",
        f"{EMPTY}, erased = NULL",
        f"{EMPTY}, erased = 1, hash = 'x'",
        "person = '', subject = '', \"before\" = '', \"after\" = '{}', why = '', erased = 1",
    ],
)
def test_the_database_lets_no_other_change_pass(engine: Engine, change: str) -> None:
    with pytest.raises(Exception, match=r"never changed|permission denied"):
        run(engine, f"UPDATE audit_entry SET {change} WHERE authority = 'town' AND seq = 5")


def test_nor_a_second_one(engine: Engine) -> None:
    approved(engine)
    with pytest.raises(Exception, match="never changed"):
        run(engine, f"UPDATE audit_entry SET {EMPTY}, erased = 2 WHERE erased = 1")


def test_the_engine_itself_refuses_a_plain_update(engine: Engine) -> None:
    with pytest.raises(EntryKept), engine.transactions.writing(Scope.all_authorities()) as session:
        session.get_one(AuditEntry, ("town", 5)).why = "Another"
