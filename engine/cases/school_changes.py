"""Telling the live cases of a school that the register has changed in what matters to them.

A case that listens for the message ``school-changed`` gets it, by a row that the dispatcher delivers. One that does not is
let look at its conditions again, as they may be true by what changed; else its page alone says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import delivery
from engine.cases.stepping import World
from engine.schools import register
from engine.schools.register import Brought, Touched
from engine.steps import SCHOOL_CHANGED
from engine.store.tables import ACTIVE, EventSubscription, ProcessInstance, School


def tell(session: Session, world: World, authority: str, altered: Iterable[Brought]) -> list[Touched]:
    """Put ``school-changed`` on its way to the live cases of these schools; gives these cases.

    The schools' rows are not written yet when it is called: a step locks its case and then, to put the school in a
    category, the school, so the cases come first here too.
    """
    changed = _mattering(altered)
    found = touched(session, authority, altered, hold=True)
    for each in found:
        brought = changed[each.urn]
        school = session.get_one(School, (brought.urn, authority))
        before = register.variable_before(school, brought.columns)
        send(session, world, each.instance_id, school, before, each.changed, _adviser(brought))
    return found


def send(
    session: Session,
    world: World,
    instance_id: int,
    school: School,
    before: Mapping[str, Any],
    fields: Iterable[str],
    adviser: str | None = None,
) -> None:
    """Put ``school-changed`` on its way to one case: its school as it was and as it is, and which fields differ; with this link
    adviser, where they are not yet on the register."""
    payload = {"changed": list(fields), "before": dict(before), "now": register.variable(school, adviser)}
    delivery.send(session, world, school.authority, "message", SCHOOL_CHANGED, {}, payload, target=instance_id)


def _adviser(brought: Brought) -> str | None:
    """The link adviser that a file names anew."""
    return brought.columns["link_adviser"][1] if "link_adviser" in brought.columns else None


def touched(session: Session, authority: str, altered: Iterable[Brought], hold: bool = False) -> list[Touched]:
    """The live cases that a change of these schools matters to; with ``hold`` they are kept from ending meanwhile."""
    changed = _mattering(altered)
    if not changed:
        return []
    with session.no_autoflush:
        live = _live(session, authority, changed, hold)
    return [_touched(instance, told, changed[instance.school_urn or ""]) for instance, told in live]


def _mattering(altered: Iterable[Brought]) -> dict[str, Brought]:
    return {each.urn: each for each in altered if register.mattering(each.columns)}


def _touched(instance: ProcessInstance, told: bool, brought: Brought) -> Touched:
    fields = tuple(register.mattering(brought.columns))
    return Touched(instance.id, instance.process, brought.urn, brought.name, fields, told)


def _live(session: Session, authority: str, urns: Iterable[str], hold: bool) -> list[tuple[ProcessInstance, bool]]:
    """The live cases of these schools, each with whether it listens."""
    listens = (
        select(EventSubscription.id)
        .where(
            EventSubscription.instance_id == ProcessInstance.id,
            EventSubscription.kind == "message",
            EventSubscription.name == SCHOOL_CHANGED,
        )
        .exists()
    )
    chosen = select(ProcessInstance, listens).where(
        ProcessInstance.authority == authority,
        ProcessInstance.school_urn.in_(list(urns)),
        ProcessInstance.status == ACTIVE,
    )
    chosen = chosen.order_by(ProcessInstance.id)
    if hold:
        chosen = chosen.with_for_update(read=True, key_share=True, of=ProcessInstance)
    return [(instance, bool(told)) for instance, told in session.execute(chosen)]
