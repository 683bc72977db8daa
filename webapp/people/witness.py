"""What of a request the audit trail hears of beside its changes: confidential data that a page shows, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit import About, Draft, Origin, set_origin
from engine.audit.origin import GUEST, PERSON, WEB
from engine.errors import TextTooLong, TextUnusable
from engine.store.tables import Attachment, ProcessInstance, School, UserTask
from webapp.current import the_engine
from webapp.people.guests import Guest

#: The arguments of an address that name something, the column that it is, and the part of an entry.
NAMED: dict[str, tuple[Any, str]] = {
    "task_id": (UserTask.id, "task_id"),
    "instance_id": (ProcessInstance.id, "instance_id"),
    "file_id": (Attachment.id, "file_id"),
    "urn": (School.urn, "school_urn"),
}


def note(keys: Iterable[str], instance: int | None = None, **about: Any) -> None:
    """Note that this request shows somebody what is kept to their roles: the keys of its questions, or the number of a file.

    ``instance`` is the case where the address does not say it, ``about`` more of what it is about. Nothing is noted where there
    is no request, as in a command.
    """
    found = tuple(keys)
    if found and has_request_context():
        noted: dict[tuple[Any, ...], set[str]] = g.setdefault("seen", {})
        noted.setdefault((instance, *sorted(about.items())), set()).update(found)


def register(app: Flask) -> None:
    """Say from where each request comes, and write what it has shown or was refused before it is answered."""
    app.before_request(_comes_from)
    app.after_request(_written)
    app.teardown_request(_gone)


def known(person: Any) -> None:
    """Say who asks, once that is known."""
    kind = GUEST if isinstance(person, Guest) else PERSON
    set_origin(Origin(WEB, request.remote_addr or "", person.username, kind))


def _comes_from() -> None:
    set_origin(Origin(WEB, request.remote_addr or ""))


def _gone(_: BaseException | None) -> None:
    set_origin(Origin())


def _written(response: Response) -> Response:
    """Nothing confidential is shown unless that could be written: an error here is the answer instead."""
    if "without_database" in g or request.endpoint is None:
        return response
    if "seen" in g:  # a page that says what is wrong shows the rest as well, whatever its status
        the_engine().audit.note(list(_views(g.seen)), current_user.scope)
    elif response.status_code in (403, 404) and current_user.is_authenticated:
        the_engine().audit.note(_refusals(response.status_code), current_user.scope)
    return response


def _views(noted: dict[tuple[Any, ...], set[str]]) -> Iterator[Draft]:
    for (instance, *more), keys in noted.items():
        about = {**_about(), **dict(more)}
        if instance is not None:
            about["instance_id"] = instance
        yield Draft(current_user.authority, "view.confidential", About(**about), after={"shown": sorted(keys)})


def _about() -> dict[str, Any]:
    """What the address names, and the case of its task: of the person's own authority, as the caller knows."""
    with the_engine().reading() as session:
        return _named(session)


def _named(session: Session) -> dict[str, Any]:
    arguments = request.view_args or {}
    about = {part: arguments[name] for name, (_, part) in NAMED.items() if name in arguments}
    task = session.get(UserTask, about["task_id"]) if "task_id" in about else None
    case = session.get(ProcessInstance, task.instance_id if task else about.get("instance_id", 0))
    if case is not None:
        about |= {"instance_id": case.id, "school_urn": case.school_urn, "process": case.process}
    return about


def _refusals(status: int) -> list[Draft]:
    """The entry of a refusal; none of an address that names nothing that there is."""
    there = _is_there()
    if status == 404 and there is None:
        return []
    about = _about() if there == current_user.authority else {}
    subject = f"{request.method} {request.path}"
    why = "It belongs to another authority." if there not in (None, current_user.authority) else ""
    return [
        Draft(
            current_user.authority,
            "access.refused",
            About(**{**about, "subject": subject}),
            {},
            {"status": status},
            why,
        )
    ]


def _is_there() -> str | None:
    """Whose is what the address names, if there is such a thing."""
    arguments = request.view_args or {}
    with the_engine().reading() as session:
        for name, (column, _) in NAMED.items():
            if name in arguments:
                with suppress(TextUnusable, TextTooLong):  # nothing is called so
                    return session.scalar(select(column.class_.authority).where(column == arguments[name]).limit(1))
    return None
