"""What an import of the register did, or would do, as JSON that is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.schools.gias import Line
from engine.schools.register import Brought, Imported

#: How many lines that brought nothing a report keeps of each kind; it counts them all.
MOST_LINES = 300


def as_report(done: Imported) -> dict[str, Any]:
    """The report of an import: what was added, changed and closed, the lines that brought nothing, and the cases touched."""
    return {
        "added": [_brought(each) for each in done.new],
        "changed": [_brought(each) for each in done.altered if not _closes(each)],
        "closed": [_brought(each) for each in done.altered if _closes(each)],
        "unchanged": done.unchanged,
        "elsewhere": done.elsewhere,
        "passed_over": _lines(done.passed_over),
        "unreadable": _lines(done.unreadable),
        "touched": [
            {
                "case": each.instance_id,
                "process": each.process,
                "urn": each.urn,
                "school": each.school,
                "changed": list(each.changed),
                "told": each.told,
            }
            for each in done.touched
        ],
        "waiting": [vars(each) for each in done.linked.waiting],
        "known": done.linked.known,
        "not_followed": _lines(done.linked.not_followed),
    }


def does_the_same(report: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two reports say the same of the register. The live cases may differ: they go on meanwhile."""
    return {**report, "touched": []} == {**other, "touched": []}


def _closes(brought: Brought) -> bool:
    return bool(brought.columns.get("closed", (False, False))[1])


def _brought(each: Brought) -> dict[str, Any]:
    changed = [[name, old, new] for name, (old, new) in each.columns.items()]
    return {"urn": each.urn, "name": each.name, "columns": changed}


def _lines(lines: Iterable[Line]) -> dict[str, Any]:
    found = [vars(line) for line in lines]
    return {"count": len(found), "lines": found[:MOST_LINES]}
