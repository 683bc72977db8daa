"""Who holds a school in its category: while a case is open that has put its school in a category which its process holds
(property ``holdsCategory``), no other case puts the school in another.

Whoever would is stopped at that step, as an incident which names the case that holds it, and goes on by a retry once that has
ended or let go. So a diagram that forgot to look what else runs for its school overwrites nothing in silence. A task with the
property ``whereHeld`` = ``leave`` does nothing there: whoever holds the school takes it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.errors import CategoryHeld
from engine.jobs import outbox
from engine.steps import Categorised, Notification, StepFailed
from engine.store.tables import ACTIVE, ProcessInstance, School, SchoolCategory

if TYPE_CHECKING:
    from engine.cases.stepping import World


def check(session: Session, world: World, instance: ProcessInstance, said: Iterable[Categorised]) -> None:
    """Raises StepFailed with CategoryHeld where a case would put its school in another category than one that holds it.

    The school's row is locked until the transaction ends, so that of two cases at once the second sees what the first did.
    """
    given = list(said)
    school = _locked(session, instance) if given else None
    if school is None:
        return
    for case, process, held in _holders(session, world, instance):
        for each in given:
            if each.category != held:
                names = {"school": school.name, "category": held, "case": case, "process": process}
                cause = CategoryHeld(element=each.name, wanted=each.category, **names)
                raise StepFailed(each.element, cause) from cause


def held_by_others(session: Session, world: World, instance: ProcessInstance) -> str:
    """The category in which another open case holds the school of a case; empty where none does."""
    return next((held for _, _, held in _holders(session, world, instance)), "")


def _locked(session: Session, instance: ProcessInstance) -> School | None:
    chosen = select(School).where(School.authority == instance.authority, School.urn == instance.school_urn)
    return session.scalars(chosen.with_for_update()).first()


def _holders(session: Session, world: World, instance: ProcessInstance) -> Iterator[tuple[int, str, str]]:
    """The other open cases of the school that hold its category: number, process, and the category."""
    others = select(ProcessInstance).where(
        ProcessInstance.authority == instance.authority,
        ProcessInstance.school_urn == instance.school_urn,
        ProcessInstance.status == ACTIVE,
        ProcessInstance.id != (instance.id or 0),
    )
    for other in session.scalars(others.order_by(ProcessInstance.id)).all():
        loaded = world.registry.get(session, other.definition_id)
        if held := _held(session, loaded, other):
            yield other.id, loaded.name, held


def _held(session: Session, loaded: Loaded, instance: ProcessInstance) -> str:
    """The category in which a case holds its school: that in which it put it last; empty where its process holds none such."""
    if not loaded.held_categories:
        return ""
    lines = select(SchoolCategory.category).where(SchoolCategory.instance_id == instance.id)
    last = session.scalar(lines.order_by(SchoolCategory.id.desc()).limit(1))
    return last if last in loaded.held_categories else ""


def tell_left(session: Session, world: World, instance: ProcessInstance, to: tuple[str, ...]) -> None:
    """Tell these roles, when somebody ends a case that holds its school in a category, that the school stays in it."""
    loaded = world.registry.get(session, instance.definition_id)
    held = _held(session, loaded, instance)
    school = session.get(School, (instance.school_urn or "", instance.authority))
    if not held or school is None or school.category != held or not to:
        return
    subject = f"{school.name} stays in category {held}"
    text = (
        f"Case {instance.id} of {loaded.name} was ended before its diagram took {school.name} out of category {held},"
        " in which it had put the school. It stays there until another case decides."
    )
    outbox.notify(session, instance, [Notification(loaded.key, "", to, subject, text)], world.clock.now())
