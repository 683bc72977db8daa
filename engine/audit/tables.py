"""The rules of the engine's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit.changes import Change
from engine.audit.entries import Draft
from engine.audit.origin import GUEST
from engine.audit.rules import RULES, Gathered, Rule, Silent, rule
from engine.configuration import ROLES, TITLES, kind_of_key
from engine.configuration.roles import permits_changed, read_roles
from engine.store.tables import ConfigDefinition, Person, Resource

_IN_CASES = Silent("told with their case (engine/audit/cases.py)")
_IN_STEPS = Silent("what a case waits for follows from its steps, which are told")
_DEPLOYED = Silent("told with their deployment")
_ENGINES = Silent("the engine's own bookkeeping: what comes of it is told")
_PERSONAL = Silent("what somebody typed, read or looked at and nobody else sees: nothing was done yet")


def _person(name: str) -> Any:
    return lambda change: {"person": change[name]}


def _subject(name: str) -> Any:
    return lambda change: {"subject": change[name]}


RULES.update(
    dict.fromkeys(("process_instance", "user_task", "history"), _IN_CASES)
    | dict.fromkeys(
        ("user_task_role", "event_subscription", "job", "notification", "batch_skip", "case_reader"), _IN_STEPS
    )
    | dict.fromkeys(
        (
            "resource",
            "process_reader",
            "process_definition",
            "form_definition",
            "decision_definition",
            "config_definition",
        ),
        _DEPLOYED,
    )
    | dict.fromkeys(("start_timer", "outbox", "retry", "figure", "case_figure", "touched_case"), _ENGINES)
    | dict.fromkeys(("draft", "notice_read"), _PERSONAL)
    | {
        "audit_entry": Silent("the audit trail itself"),
        "audit_chain": Silent("the audit trail itself"),
        "archived_text": Silent("the words of a case that was archived, which is told"),
        "hold": Rule("hold.set", "hold.lifted", about=lambda each: {"person": each["person"]}),
        "school_change": Silent("told with the school"),
        "drawing_save": Silent("the history of a draft, which is kept there"),
        "batch": Rule(
            "batch.started", left_out=frozenset({"definition_id", "element"}), masked=frozenset({"variables"}), by="by"
        ),
        "school": Rule("school.added", "school.changed", about=lambda each: {"subject": each["name"]}),
        "school_category": Rule("school.categorised", why="reason", about=lambda _: {}),
        "case_bar": Rule("conflict.barred", "conflict.lifted", why="reason", about=_subject("name")),
        "correction": Rule(
            "task.corrected", why="reason", by="by", masked=frozenset({"text", "was"}), about=lambda _: {}
        ),
        "comment": Rule("comment.added", by="by", masked=frozenset({"text"}), about=lambda _: {}),
        "cover": Rule("cover.set", "cover.ended", "cover.ended", about=_person("absent"), why="reason"),
        "evidence_pack": Rule("pack.made", about=_subject("reader"), why="why", by="by"),
        "migration": Rule("migration.begun", left_out=frozenset({"definition_id"}), why="reason", by="by"),
        "retries": Rule("incident.retried", left_out=frozenset({"definition_id", "element"}), why="reason", by="by"),
        "person": Rule("person.added", "person.changed"),
        "planned_deployment": Rule(
            "deployment.planned",
            "deployment.decided",
            about=_subject("title"),
            left_out=frozenset({"files", "versions", "drawing_id", "deployment_id", "strict"}),
        ),
        "retirement": Rule("process.retired", "process.taken-up", about=_subject("process"), why="reason", by="by"),
        "saved_rehearsal": Rule(
            "rehearsal.saved", "rehearsal.saved", "rehearsal.removed", left_out=frozenset({"content"})
        ),
        "saved_list": Rule("list.saved", "list.saved", "list.removed", left_out=frozenset({"query", "saved"})),
        "drawing": Rule(
            "drawing.begun", "drawing.changed", left_out=frozenset({"content", "number", "saved", "saved_by"})
        ),
        "reader": Rule(
            "preference.changed", "preference.changed", left_out=frozenset({"read_to", "late_to", "digest"})
        ),
    }
)

_HOLDING = Rule("role.added", "role.changed", "role.removed", left_out=frozenset({"person_id"}))


@rule("holding")
def _holding(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A role that somebody holds, with whose it is."""
    person = gathered.session.get(Person, change["person_id"]) if change["person_id"] else None
    made = Rule(**{**vars(_HOLDING), "about": lambda each: {"person": person.username if person else None}})
    yield from made(change, gathered)


@rule("deployment")
def _deployment(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A deployment, with the versions that it brought."""
    brought = _brought(change, gathered)
    versions = [f"{_named(each)} {each['version']}" for each in brought]
    processes = [each["key"] for each in brought if each.name == "process_definition"]
    after = {"versions": sorted(versions), "origin": change["origin"], "checked": change["strict"]}
    permits = [said for each in brought for said in _permits(each, gathered.session)]
    after |= {"permits": permits} if permits else {}
    about = gathered.within({"process": processes[0] if len(processes) == 1 else None})
    yield Draft(
        gathered.authority(change), "deployment.made", about, {}, after, change["note"] or "", change["by"] or ""
    )


def _brought(deployment: Change, gathered: Gathered) -> list[Change]:
    """The versions that came with a deployment."""
    found = gathered.of("process_definition", "form_definition", "decision_definition", "config_definition")
    return [each for each in found if each.how == "added" and each["deployment_id"] == deployment["id"]]


def _permits(version: Change, session: Session) -> Iterator[str]:
    """Which capability a new version of the roles adds to which role, and takes from which."""
    if version.name != "config_definition" or kind_of_key(str(version["key"])) != ROLES or version["version"] < 2:
        return
    table = ConfigDefinition
    before = (
        select(Resource.content)
        .join(table, table.resource_id == Resource.id)
        .where(table.authority == version["authority"], table.key == version["key"])
        .where(table.version == version["version"] - 1)
    )
    after = select(Resource.content).where(Resource.id == version["resource_id"])
    old, new = (read_roles(session.scalar(each) or b"")[0] for each in (before, after))
    for each in permits_changed(old, new):
        said = [*(f"{what} added" for what in each.added), *(f"{what} taken away" for what in each.taken)]
        yield f"{each.role.name}: {', '.join(said)}"


def _named(version: Change) -> str:
    """What is called so that a version is of: a process by its name, a document of the configuration by its title."""
    key = str(version["key"])
    return TITLES.get(kind_of_key(key), "") or version["name"] or key


_REPORT = Rule(
    "report.made",
    "report.written",
    about=_subject("title"),
    left_out=frozenset({"saved", "saved_by", "made", "made_by", "former_by"}),
    masked=frozenset({"text", "figures", "former"}),
    by="saved_by",
)


@rule("report")
def _report(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A report: its text and figures as digests; that it was approved, by whoever did."""
    approved = "approved" in change.columns and change["approved"] is not None
    yield from (replace(_REPORT, changed="report.approved", by="approved_by") if approved else _REPORT)(
        change, gathered
    )


_MOVED = Rule("date.moved", "date.confirmed", left_out=frozenset({"definition_id", "element"}), by="confirmed_by")


@rule("moved_date")
def _moved(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A date of a notice that the bank holidays moved, or that somebody confirmed."""
    name = gathered.name_of(change["definition_id"], change["element"])
    yield from Rule(**{**vars(_MOVED), "about": lambda _: {"subject": name}})(change, gathered)


@rule("register_import")
def _register_import(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """Files of the register that were taken; to look at some changes nothing."""
    if change["status"] == "done":
        about = gathered.within({"subject": ", ".join(change["files"] or ())})
        yield Draft(gathered.authority(change), "register.imported", about, by=change["by"] or "")


@rule("school_succession")
def _succession(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A school that follows another."""
    kind = "succession.found" if change.how == "added" else "succession.decided"
    of = Rule(kind, kind, kind, why="reason", by="decided_by", about=lambda each: {"school_urn": each["new_urn"]})
    yield from of(change, gathered)


@rule("reported_event")
def _reported(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """Something that was reported: what the form recorded stands on the school's record, so that a digest says it here."""
    if change.how == "added":
        of = Rule("message.reported", masked=frozenset({"values"}), about=_subject("title"), by="by")
        yield from of(change, gathered)


_DECIDED = {
    "waiting": "disposal.listed",
    "approved": "disposal.approved",
    "kept": "disposal.kept",
    "failed": "disposal.withdrawn",
}


@rule("disposal")
def _disposal(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A case that is due for deletion, and what was decided; that it was deleted is told by whatever deletes it."""
    kind = _decided(change)
    if kind:
        about = gathered.within({"instance_id": change["instance_id"]})
        told = {name: change[name] for name in ("due", "rule", "again") if change[name]}
        by, why = change["decided_by"] or "", change["reason"] or ""
        yield Draft(gathered.authority(change), kind, about, {}, told, why, by)


def _decided(change: Change) -> str:
    """Which kind of entry tells of it; none where the status stayed."""
    if change.how != "added" and "status" not in change.columns:
        return ""
    kind = _DECIDED.get(change["status"], "")
    withdrawn = kind == "disposal.listed" and change.before.get("status") == "approved"
    return "disposal.withdrawn" if withdrawn else kind


@rule("message")
def _message(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A message that was sent, that found nobody, or that a manager did something with; who got it is told with that case."""
    note = ((change["notes"] or [{}])[-1]) if "notes" in change.columns else {}
    kind = _of_message(change, note.get("did", ""))
    if kind:
        about = gathered.within({"instance_id": change["source_id"] or change["target_id"], "subject": change["name"]})
        after = {"kind": change["kind"], "status": change["status"], "to": change["target_id"], "keys": change["keys"]}
        told = {name: value for name, value in after.items() if value}
        yield Draft(gathered.authority(change), kind, about, {}, told, note.get("reason") or "", note.get("by") or "")


def _of_message(change: Change, did: str) -> str:
    if change.how == "added":
        return "message.sent"
    if did:
        return f"message.{did}"
    is_lost = change["status"] == "undelivered" and "status" in change.columns
    return "message.undelivered" if is_lost else ""


_FILE = Rule("file.added", "file.changed", "file.removed", left_out=frozenset({"key", "by", "at"}), by="by")


@rule("migrated_case")
def _migrated_case(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A case that could not be moved to another version, or whose move somebody wants undone; what was moved is told with it."""
    kind = {"stayed": "migration.stayed", "undoing": "migration.undone"}.get(change["status"] or "", "")
    if kind and "status" in change.columns:
        about = gathered.within({"instance_id": change["instance_id"]})
        undone = kind == "migration.undone"
        why, by = (change["undone_for"], change["undone_by"]) if undone else (change["why"], "")
        yield Draft(gathered.authority(change), kind, about, {}, {}, why or "", by or "")


@rule("attachment")
def _attachment(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A file that was added, or whose content was removed."""
    # What is kept to certain roles may be told by its name already.
    file = {"file_id": change["id"], "subject": f"file {change['id']}" if change["roles"] else change["name"]}
    if "removed" in change.columns and change["removed"] is not None:
        about = gathered.within({**file, "instance_id": change["instance_id"], "task_id": change["task_id"]})
        before, why = {"sha256": change["sha256"], "size": change["size"]}, change["reason"] or ""
        yield Draft(gathered.authority(change), "file.removed", about, before, {}, why, change["removed_by"] or "")
    else:
        masked = frozenset({"name"} if change["roles"] else ())
        yield from Rule(**{**vars(_FILE), "about": lambda _: file, "masked": masked})(change, gathered)


@rule("task_link")
def _task_link(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A link that was made, sent a code, tried with a wrong one, used or ended."""
    about = {"instance_id": change["instance_id"], "task_id": change["task_id"], "person": change["email"]}
    kind = "link.made" if change.how == "added" else _of_link(change)
    if kind:
        after = {"role": change["role"], "link": change["id"]}
        after |= {"confidential": True} if kind == "link.made" and change["confidential"] else {}
        made, guests = kind == "link.made", kind in ("link.used", "link.refused")
        who = {"by": change["email"], "who_kind": GUEST} if guests else {"by": change["made_by"] if made else ""}
        told = Draft(gathered.authority(change), kind, gathered.within(about), {}, after, **who)
        yield replace(told, why=change["reason"] or "") if made else told


def _of_link(change: Change) -> str:
    for column, kind in (("ended", "link.ended"), ("used", "link.used")):
        if column in change.columns:
            return kind
    if "tries" in change.columns:  # which code was wrong is kept beside it
        return "link.refused"
    if "codes" in change.columns:
        return "link.code" if change["codes"] else "link.used"
    return ""


@rule("incident")
def _incident(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """An incident that was raised or mended. What had been answered, and the trace, stand there."""
    kind = "incident.raised" if change.how == "added" else "incident.mended"
    if change.how == "added" or change["resolved"] is not None:
        case = gathered.case(change["instance_id"])
        name = gathered.name_of(case.definition_id if case else None, change["element"] or "")
        about = gathered.within({"instance_id": change["instance_id"], "subject": name})
        after = {"kind": change["kind"], "incident": change["id"]}
        told = {name: value for name, value in after.items() if value}
        yield Draft(gathered.authority(change), kind, about, {}, told, by=change["resolved_by"] or "")


@rule("setting")
def _setting(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """A value of the whole installation: the sample's clock, how far its year is; calendars are told an authority each."""
    if change["name"] != "calendars":
        kind = "clock.moved" if change["name"] == "clock-offset" else "setting.changed"
        before = {"value": change.before.get("value")} if change.before.get("value") else {}
        yield Draft("", kind, gathered.within({"subject": change["name"]}), before, {"value": change["value"]})
