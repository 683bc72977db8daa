"""Telling the live cases of a school that the register has changed in what matters to them.

A case that listens for the message ``school-changed`` gets it, by a row that the dispatcher delivers. One that does not is
let look at its conditions again, as they may be true by what changed; else its page alone says so.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    changed = {each.urn: each for each in altered if register.mattering(each.columns)}
    if not changed:
        return []
    found = []
    with session.no_autoflush:
        live = _live(session, authority, changed)
    for instance, told in live:
        brought = changed[instance.school_urn or ""]
        fields = tuple(register.mattering(brought.columns))
        school = session.get_one(School, (brought.urn, authority))
        before = register.variable_before(school, brought.columns)
        payload = {"changed": list(fields), "before": before, "now": register.variable(school)}
        delivery.send(session, world, authority, "message", SCHOOL_CHANGED, {}, payload, target=instance.id)
        found.append(Touched(instance.id, instance.process, brought.urn, brought.name, fields, told))
    return found


def _live(session: Session, authority: str, urns: Iterable[str]) -> list[tuple[ProcessInstance, bool]]:
    """The live cases of these schools, kept from ending meanwhile, each with whether it listens."""
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
    held = chosen.order_by(ProcessInstance.id).with_for_update(read=True, key_share=True, of=ProcessInstance)
    return [(instance, bool(told)) for instance, told in session.execute(held)]
