"""What the events of a story are called, and the sentences beneath them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.queries import EventRow
from webapp.dates import day, lasting
from webapp.people.names import person

#: Lines of a case's history that are no element's.
ACTS = {
    "started": "The case began",
    "stopped": "The case was cancelled",
    "changed": "Data of the case were changed",
    "retried": "Tried again",
    "resent": "A message that found nobody was sent again",
    "redirected": "A message that found nobody was sent to a case",
    "rested": "A message that found nobody was let rest",
    "moved": "Another school took the case over",
    "noted": "A note was made",
    "barred": "Somebody was barred from the case, for a conflict of interest",
    "unbarred": "Somebody who was barred may see the case again",
    "suspended": "The case was suspended",
    "resumed": "The case was resumed",
    "migrated": "The case was moved to another version of its process",
    "reverted": "The move to another version of its process was undone",
    "sent": "A manager sent the case a message",
}
#: What became of a task: its name stands before these.
HANDS = {
    "claimed": "claimed",
    "released": "given back to everyone whose role it is for",
    "handed": "handed over",
    "delegated": "delegated",
    "returned": "back with who delegated it",
    "linked": "a link to it was made",
    "opened": "its link was opened",
    "unlinked": "its link was ended",
    "redated": "a manager set another date",
    "reminded": "a reminder was sent",
    "ranked": "a manager changed its priority",
    "resting": "it rests until a day",
    "woken": "it was taken up again",
    "placed": "a manager had the case go on here",
}
#: What the register calls the fields that matter to a case.
FIELDS = {
    "type": "type",
    "status": "status",
    "maintained": "maintained by the authority",
    "trust": "trust",
    "diocese": "diocese",
    "head": "headteacher",
}
#: The groups of :data:`engine.queries.GROUPS`, as people choose them.
GROUPS = {
    "people": "What people did",
    "waiting": "What waits",
    "told": "Who was told what",
    "diagram": "What the diagram did",
    "trouble": "What went wrong",
    "register": "What the register and the categories say",
}
_HEADINGS = {
    "began": "The case began",
    "waits": "Waits: {name}",
    "told": "Told: {name}",
    "withdrawn": "{name} (withdrawn)",
    "skipped": "{name} (skipped: there was nothing to do)",
    "thrown": "Message sent: {message}",
    "trouble": "Something went wrong",
    "mended": "What went wrong is mended",
    "register": "The register changed",
    "category": "Put in the category “{name}”",
    "reported": "Reported: {name}",
    "corrected": "Corrected: {name}",
    "filed": "A file was added",
    "commented": "Comment",
}
_STATUSES = {
    "waiting": "It is under way.",
    "held": "It is kept until the case that it is for is resumed.",
    "kept": "Nobody waited for it yet: it is kept.",
    "delivered": "It arrived.",
    "undelivered": "It found nobody who waits for it.",
    "rested": "It found nobody who waits for it, and a manager let it rest.",
}


def heading(event: EventRow) -> str:
    """What an event is called."""
    if event.detail.get("how") in HANDS:
        return f"{event.name}: {HANDS[event.detail['how']]}"
    if "removed" in event.detail:
        return "A file was removed"
    if event.kind == "commented" and event.name:
        return f"Comment: {event.name}"
    if event.kind == "acted":
        return ACTS.get(str(event.detail["how"]), "Something was done")
    name = event.name if event.name != event.element else ""
    said = {"name": name or "a step without a name", "message": str(event.detail.get("message", ""))}
    return _HEADINGS.get(event.kind, "{name}").format(**said)


def lines(event: EventRow) -> Iterator[str]:
    """The sentences beneath it."""
    if event.text:
        yield event.text
    yield from _SENTENCES.get(event.kind, _done)(event.detail)


def people(event: EventRow) -> Iterator[str]:
    """Whom its sentences name."""
    yield event.by
    yield from (str(event.detail[each]) for each in ("covers", "to", "had") if event.detail.get(each))


def _done(detail: Mapping[str, Any]) -> Iterator[str]:
    yield from decided(detail)
    if detail.get("late_by"):
        yield f"It was due {lasting(detail['late_by'])} earlier."
    if detail.get("said_by"):
        yield f"Said by {detail['said_by']} on {day(detail['said_on'])} ({detail['said_how']}), and recorded for them."
    if detail.get("covers"):
        yield f"Covering for {person(detail['covers'])}."
    if detail.get("unanswered"):
        yield "No answer came by its date, and the case went on without one."


def decided(detail: Mapping[str, Any]) -> Iterator[str]:
    """What a decision table gave."""
    for name, value in detail.get("decided", {}).items():
        yield f"{name}: {value}."


def _thrown(detail: Mapping[str, Any]) -> Iterator[str]:
    yield _STATUSES.get(str(detail["status"]), "")


def _register(detail: Mapping[str, Any]) -> Iterator[str]:
    changed = changes({name: (old, new) for name, (old, new) in detail["fields"].items()})
    yield f"{changed[:1].upper()}{changed[1:]}."


def _reported(detail: Mapping[str, Any]) -> Iterator[str]:
    if not detail["reached"]:
        yield "No case waited for it."


def _corrected(detail: Mapping[str, Any]) -> Iterator[str]:
    if "was" in detail:
        yield "Other answers took the place of these, before anything had followed from them."
    yield f"Why: {detail['reason']}"


def _filed(detail: Mapping[str, Any]) -> Iterator[str]:
    yield detail["file"]
    if "removed" in detail:
        yield f"Why: {detail['removed']}"
    yield f"SHA-256: {detail['sha256']}"


def _shown(detail: Mapping[str, Any]) -> Iterator[str]:
    if detail.get("shown"):
        yield f"It shows what is confidential: {'; '.join(detail['shown'])}."


def acted(detail: Mapping[str, Any]) -> Iterator[str]:
    """What there is to say of what a manager did to a case, or a decision table decided in it, beside the reason."""
    yield from decided(detail)
    if detail.get("barred"):
        yield f"{detail['barred']}."
    if detail.get("after"):
        instead = f", not {day(detail['before'])}" if detail.get("before") else ""
        yield f"New date: {day(detail['after'])}{instead}."
    if detail.get("level"):
        yield f"Priority: {detail['level']}, not {detail['was']}."
    if detail.get("until"):
        yield f"Until {day(detail['until'])}."
    if detail.get("left"):
        yield f"It left {' and '.join(f'“{each}”' for each in detail['left'])}."
    if detail.get("shifted"):
        yield "Every date moved by the days that it was suspended."
    yield from _shown(detail)
    if detail.get("drawn"):
        yield f"By the diagram it is {day(detail['drawn'])}."


def hands(detail: Mapping[str, Any], by: str) -> Iterator[str]:
    """To whom a task went and who had it, where that is not who did it."""
    if detail.get("to"):
        yield f"To {person(detail['to'])}."
    if detail.get("had") and detail["had"] != by:
        yield f"{person(detail['had'])} had it."


def _act(detail: Mapping[str, Any]) -> Iterator[str]:
    yield from hands(detail, "")
    yield from acted(detail)
    if detail["how"] in ("resent", "redirected", "rested"):
        to = f", to case {detail['case']}" if detail.get("case") else ""
        yield f"“{detail.get('message', '')}”{to}."
    elif detail.get("message") and detail["how"] != "sent":
        yield str(detail["message"])
    if detail.get("to_version"):
        yield f"From version {detail['from_version']} to version {detail['to_version']}."
    if detail.get("reason"):
        yield f"Reason: {detail['reason']}"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "acted": _act,
    "thrown": _thrown,
    "register": _register,
    "reported": _reported,
    "corrected": _corrected,
    "filed": _filed,
}


def changes(fields: Mapping[str, tuple[Any, Any]]) -> str:
    """What the register changed: "type from community to academy; trust from none to Sample Trust"."""
    return "; ".join(
        f"{FIELDS.get(name, name)} from {_word(old)} to {_word(new)}" for name, (old, new) in fields.items()
    )


def _word(value: object) -> str:
    return {True: "yes", False: "no", "": "none"}.get(value) or str(value)
