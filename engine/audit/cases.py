"""What happened to a case in a transaction, as entries: read from its row, its tasks and the lines of its story together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.audit.changes import Change
from engine.audit.entries import About, Confidential, Draft
from engine.audit.rules import Gathered
from engine.store.tables import ProcessInstance

#: What a line of the story says that is an entry of its own: (``History.how``, kind of entry).
LINES = {
    "started": "case.started",
    "stopped": "case.cancelled",
    "changed": "case.corrected",
    "moved": "case.moved",
    "noted": "case.changed",
    "suspended": "case.suspended",
    "resumed": "case.resumed",
    "migrated": "case.migrated",
    "reverted": "case.reverted",
    "redated": "date.changed",
    "claimed": "task.claimed",
    "released": "task.released",
    "handed": "task.reassigned",
    "delegated": "task.delegated",
    "returned": "task.returned",
    "reminded": "task.reminded",
    "ranked": "task.changed",
    "resting": "task.changed",
    "woken": "task.changed",
}
#: Lines that say that an element ended: all of one step together are one entry, unless a task's or the start's says it.
ENDS = frozenset({"completed", "cancelled", "skipped"})
#: Lines of which another table's row tells: incidents, messages, links.
ELSEWHERE = frozenset({"incident", "retried", "resent", "redirected", "rested", "linked", "opened", "unlinked"})
#: Of an open task, what entries say when it changes.
OF_TASK = ("assignee", "owner", "due", "follow_up", "priority", "candidate_groups", "status")


@dataclass
class _Story:
    """What is known of one case: its row, the lines that were added to its story, and its tasks."""

    case: ProcessInstance
    row: Change | None = None
    lines: list[Change] = field(default_factory=list)
    tasks: list[Change] = field(default_factory=list)


def drafts_of_cases(gathered: Gathered) -> Iterator[Draft]:
    """The entries of all cases that a transaction has touched."""
    for story in _stories(gathered).values():
        told = list(_told(story, gathered))
        yield from told or _went_on(story, gathered)


def _stories(gathered: Gathered) -> dict[int, _Story]:
    found: dict[int, _Story] = {}
    for change in gathered.of("process_instance", "history", "user_task"):
        if change.name == "user_task" and not _is_of_a_person(change):
            continue
        case = gathered.case(_case_of(change, gathered))
        if case is not None:
            _put(found.setdefault(case.id, _Story(case)), change)
    return found


def _is_of_a_person(task: Change) -> bool:
    """Whether a task was changed by somebody, and not by the step that made it, or that ended it with something else."""
    return task.how == "changed" and (task.made is not None or task["status"] == "completed")


def _case_of(change: Change, gathered: Gathered) -> int | None:
    """The id of a case, or of that of a line or task; a task may be changed by its id alone."""
    if change.name == "process_instance":
        return _number(change["id"])
    known = _number(change["instance_id"])
    task = gathered.task(change["id"]) if known is None and change.name == "user_task" else None
    return task.instance_id if task else known


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _put(story: _Story, change: Change) -> None:
    if change.name == "process_instance":
        story.row = change
    else:
        (story.lines if change.name == "history" else story.tasks).append(change)


def _told(story: _Story, gathered: Gathered) -> Iterator[Draft]:
    spoken_of = set()
    for line in story.lines:
        kind = LINES.get(line["how"])
        if kind is not None or line["how"] not in ENDS | ELSEWHERE:
            task = _task_at(story, line["element"]) if line["element"] else None
            spoken_of.add(id(task))
            yield _of_line(story, line, kind or "case.changed", task, gathered)
    for task in story.tasks:
        if id(task) not in spoken_of:
            yield from _of_task(story, task, gathered)
    for kind in _of_row(story.row) if story.row is not None else ():
        yield Draft(story.case.authority, kind, _about(story))


def _of_row(row: Change) -> Iterator[str]:
    """What the case's own row says: that it ended, that it went into the archive."""
    if _has_ended(row):
        yield "case.completed"
    if row.how == "changed" and "archived" in row.columns:
        yield "case.archived"


def _has_ended(row: Change) -> bool:
    return row["status"] == "completed" and (row.how == "added" or "status" in row.columns)


def _task_at(story: _Story, element: str) -> Change | None:
    return next((each for each in story.tasks if each["element"] == element), None)


def _of_line(story: _Story, line: Change, kind: str, task: Change | None, gathered: Gathered) -> Draft:
    """An entry that a line of the story says; who has the task, and the values that were corrected, before and after."""
    detail = dict(line["detail"] or {})
    why = str(detail.pop("reason", "") or "")
    before, after = _before_and_after(story, kind, detail, task, gathered)
    if line["how"] not in LINES:
        after = {"did": line["how"], **after}
    name = gathered.name_of(line["definition_id"], line["element"])
    about = _about(story, task["id"] if task else None, name, str(after.get("assignee") or ""))
    return Draft(story.case.authority, kind, about, before, after, why, by=line["by"] or "")


def _before_and_after(
    story: _Story, kind: str, detail: Mapping[str, Any], task: Change | None, gathered: Gathered
) -> tuple[dict[str, Any], dict[str, Any]]:
    if kind == "case.corrected":
        return _corrected(story, detail, gathered)
    if kind == "case.started":
        return {}, _begun(story, detail, gathered)
    if task is not None:
        return _sides(task)
    rest = {name: value for name, value in detail.items() if name not in ("before", "after")}
    before, after = ({"value": detail[side]} if side in detail else {} for side in ("before", "after"))
    return before, {**after, **rest}


def _corrected(story: _Story, detail: Mapping[str, Any], gathered: Gathered) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables that were set, as they were and as they are."""
    names = detail.get("variables", ())
    was = (story.row.before.get("variables") if story.row else None) or {}
    both = ({name: each[name] for name in names if name in each} for each in (was, story.case.variables))
    before, after = (gathered.secrets.masked(gathered.session, story.case.definition_id, each) for each in both)
    return before, after


def _begun(story: _Story, detail: Mapping[str, Any], gathered: Gathered) -> dict[str, Any]:
    """With what a case began, by the names of its variables."""
    given = gathered.secrets.masked(gathered.session, story.case.definition_id, detail.get("given") or {})
    rest = {name: value for name, value in detail.items() if name != "given"}
    known = {"business_key": story.case.business_key} if story.case.business_key else {}
    return {**known, **rest, **({"given": given} if given else {})}


def _of_task(story: _Story, task: Change, gathered: Gathered) -> Iterator[Draft]:
    """The entry of a task that was completed, or changed in a way that no line of the story tells."""
    row = gathered.task(task["id"])
    about = _about(story, task["id"], gathered.name_of(row.definition_id, row.element) if row else "")
    if task["status"] == "completed" and "status" in task.columns:
        said = gathered.secrets.masked(gathered.session, story.case.definition_id, task["values"] or {})
        after = {"answers": said} if said else {}
        yield Draft(
            story.case.authority, "task.completed", about, {}, after, task["note"] or "", task["ended_by"] or ""
        )
        return
    before, after = _sides(task)
    if before and task.made is not None:
        yield Draft(story.case.authority, "task.changed", about, before, after)


def _sides(task: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    before = {name: task.before[name] for name in OF_TASK if name in task.before}
    return before, {name: task[name] for name in before}


def _went_on(story: _Story, gathered: Gathered) -> Iterator[Draft]:
    """A step of which nothing else tells: Pathways took it, as at the end of a timer or by another case's message."""
    if any(line["how"] in ELSEWHERE for line in story.lines) or story.case.status == "cancelled":
        return
    ended = _ended(story, gathered)
    if ended or (story.row is not None and "state" in story.row.columns):
        after = {"ended": ended} if ended else {}
        yield Draft(story.case.authority, "case.advanced", _about(story), after=after)


def _ended(story: _Story, gathered: Gathered) -> list[str]:
    """The names of the elements that ended in a step."""
    over = (line for line in story.lines if line["how"] in ENDS)
    return [gathered.name_of(line["definition_id"], line["element"]) for line in over]


def _about(story: _Story, task: int | None = None, element: str = "", person: str = "") -> About:
    case = story.case
    return About(case.school_urn, case.id, task, person=person, process=case.process, subject=element)


class Secrets:
    """Which variables of a process are kept to some roles by a form: a definition never changes, so each is looked up once."""

    def __init__(self, forms_of: Any, confidential_of: Any) -> None:
        self._forms_of, self._confidential_of = forms_of, confidential_of
        self._known: dict[int, frozenset[str]] = {}

    def masked(self, session: Any, definition_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values, with those that are kept to some roles marked as such."""
        if not values:
            return {}
        kept = self._kept(session, definition_id)
        return {name: Confidential(value) if name in kept else value for name, value in values.items()}

    def _kept(self, session: Any, definition_id: int) -> frozenset[str]:
        if definition_id not in self._known:
            forms = self._forms_of(session, definition_id)
            self._known[definition_id] = frozenset(key for form in forms for key in self._confidential_of(form))
        return self._known[definition_id]
