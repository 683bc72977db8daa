"""Moving a case to another version of its diagram: the stored state under that version, and what follows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import MigrationImpossible
from engine.spiff import state as stored
from engine.spiff import timers
from engine.spiff.activities import Activity, UserTask
from engine.spiff.events import CatchEvent
from engine.spiff.gateways import Join
from engine.spiff.memo import Memo
from engine.spiff.migration_plan import plan
from engine.spiff.moves import Begin, Plan
from engine.spiff.step import outcome
from engine.spiff.tree import Definition, Instance, Token
from engine.steps import Outcome, StepContext, StepFailed


@dataclass(frozen=True)
class Moving:
    """How cases are moved: the elements that were chosen for gaps, and whether dates are kept or worked out again."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    """By the key of a :class:`~engine.spiff.moves.Spot`, the id of the element in the other version."""
    new_timers: bool = False
    """Whether waiting timers are worked out by the new version, from when each wait began; else they keep their dates."""
    new_due_dates: bool = False
    """The same of the due dates of open tasks."""


def migrate(
    before: Definition, after: Definition, state: bytes, moving: Moving, context: StepContext
) -> tuple[Plan, Outcome]:
    """A case moved from one version to another, and gone on until it waits: what was done, and what came of it.

    Raises MigrationImpossible, with all that stands against it, and StepFailed as a step does; nothing has happened then.
    """
    found = plan(before, after, state, moving.mapping)
    if not found.can:
        raise MigrationImpossible(reason=against(found))
    instance = Instance(after, context)
    try:
        instance = stored.load(after, stored.packed(found.next_id, found.records), context)
        _go_on(instance, found, moving)
        return found, outcome(instance)
    except Exception as error:
        at = instance.at
        raise StepFailed(at.task_spec.element_id if at and at.task_spec.visible else "", error) from error


def standing(definition: Definition, state: bytes, context: StepContext) -> Outcome:
    """What a stored case waits for, without a step. Raises StateUnreadable, and what its expressions raise."""
    return outcome(stored.load(definition, state, context))


def against(found: Plan) -> str:
    """All that stands against moving a case, as one text without its last full stop."""
    gaps = [f"It is at “{gap.at.name}”, for which no element of the new version is chosen" for gap in found.gaps]
    return ". ".join([*found.problems, *gaps])


def _go_on(instance: Instance, found: Plan, moving: Moving) -> None:
    for token in list(instance.tokens()):
        with instance.working(token):
            _follow(token, moving)
    for begin in found.begins:
        _begin(instance, begin)
    for token in list(instance.tokens()):
        with instance.working(token):
            _gathered(token)
    instance.look_again()
    instance.run_until_quiet()


def _follow(token: Token, moving: Moving) -> None:
    """Let a token that goes on have what the new version says of it."""
    spec = token.task_spec
    if isinstance(spec, CatchEvent) and moving.new_timers and token.waits:
        _retime(token, spec)
    elif isinstance(spec, Activity) and token.at_work and token.memo.loop is None:
        spec.take_new_inputs(token)
        if isinstance(spec, UserTask) and moving.new_due_dates and spec.element.due_date:
            timers.keep_due(token, spec.element.due_date)


def _retime(token: Token, spec: CatchEvent) -> None:
    for index, definition in enumerate(spec.element.event_definitions):
        if index in token.memo.beats or index in token.memo.undated:
            timers.begin_again(token, index, definition)


def _begin(instance: Instance, begin: Begin) -> None:
    scope = instance.find(begin.scope)
    if scope is not None and not scope.interrupted:
        instance.place(begin.element, scope, begin.via, Memo(listener=begin.listener, race=begin.race))


def _gathered(token: Token) -> None:
    """Where tokens are waited for, there may be enough of them now."""
    spec = token.task_spec
    if token.live and token.waits and token.memo.arrived is not None and isinstance(spec, Join | Activity):
        spec.gathered(token)
