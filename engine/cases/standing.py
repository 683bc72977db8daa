"""Where a case stands, and where each of its tokens could go on by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases.stepping import World
from engine.diagram import Element
from engine.errors import InstanceNotFound
from engine.spiff import targets
from engine.store.tables import ProcessInstance


@dataclass(frozen=True)
class Target:
    """An element at which a token may go on. ``kind`` is BPMN's; ``done``: the case has been there before."""

    element: str
    name: str
    kind: str
    done: bool


@dataclass(frozen=True)
class Stand:
    """Where a token of a case is, in which process, since when, and where else it may go on."""

    token: str
    element: str
    name: str
    process_name: str
    since: datetime
    targets: tuple[Target, ...]


def standing(session: Session, world: World, instance_id: int) -> list[Stand]:
    """Where the tokens of a case are; of an activity that is done for a list, the whole of it. Raises InstanceNotFound."""
    active = session.scalar(select(ProcessInstance.active).where(ProcessInstance.id == instance_id))
    if active is None:
        raise InstanceNotFound(instance=instance_id)
    been = set(queries.trace(session, instance_id))
    first = {(at[0], at[1]): at for at in reversed(active)}
    return [_stand(session, world, at, been) for at in active if first[at[0], at[1]] is at]


def _stand(session: Session, world: World, at: list[str], been: set[str]) -> Stand:
    definition_id, element, _, token, since = at
    loaded = world.registry.get(session, int(definition_id))
    found = (each for each in targets(loaded.definition, element) if _name(each))
    return Stand(
        token=token,
        element=element,
        name=loaded.definition.diagram.elements[element].name or element,
        process_name=loaded.name,
        since=datetime.fromisoformat(since),
        targets=tuple(Target(each.id, _name(each), each.kind, each.id in been) for each in found),
    )


def _name(element: Element) -> str:
    """What people call it; empty for what has no name that they could choose it by."""
    return element.name or ("The end" if element.kind == "endEvent" else "")
