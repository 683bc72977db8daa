"""What managers do to one running case when its diagram alone does not help, each with a reason."""

from __future__ import annotations

from engine import queries
from engine.cases import interventions, listening, standing
from engine.cases.effects import Effect
from engine.cases.interventions import Change
from engine.cases.listening import Listened
from engine.cases.standing import Stand
from engine.errors import PathwaysError
from engine.steps import StepFailed
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Interventions:
    """Changes of one running case by those who manage cases."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def foresee(self, instance_id: int, change: Change, by: Scope) -> Effect:
        """What a change would bring about at once; nothing of it is written.

        Raises NotAManager, InstanceNotFound, InstanceEnded, NotWaiting, and what the step would raise.
        """
        with self._transactions.reading(by) as session:
            try:
                return interventions.foresee(session, self._world, instance_id, change, by)
            except StepFailed as failed:
                raise _cause(failed) from failed

    def make(self, instance_id: int, change: Change, reason: str, by: Scope) -> None:
        """Make a change; the reason stands in the case's story for ever.

        Raises NotAManager, ReasonMissing, InstanceNotFound, InstanceEnded, NotWaiting, and what the step raises: then the case
        is as it was.
        """
        with self._transactions.step(by) as session:
            interventions.make(session, self._world, instance_id, change, reason, by)

    def listened(self, instance_id: int, by: Scope) -> list[Listened]:
        """What a case listens to now: each may be sent by hand. Raises InstanceNotFound."""
        with self._transactions.reading(by) as session:
            queries.instance(session, instance_id)
            return listening.listened(session, self._world, instance_id)

    def standing(self, instance_id: int, by: Scope) -> list[Stand]:
        """Where the tokens of a case are, and where each may go on. Raises InstanceNotFound."""
        with self._transactions.reading(by) as session:
            return standing.standing(session, self._world, instance_id)


def _cause(failed: StepFailed) -> Exception:
    return failed.cause if isinstance(failed.cause, PathwaysError) else failed
