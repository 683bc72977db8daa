"""Comments of officers on cases and tasks."""

from __future__ import annotations

from engine.cases import comments
from engine.cases.comments import Said
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Comments:
    """What officers say to each other beside a case; never changed, and read by officers who see the case alone."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def add(self, said: Said, by: Scope) -> int:
        """Add a comment, and tell those whom it mentions, in Pathways and by mail; its id.

        Raises InstanceNotFound; CommentRefused for a text that is empty or too long, and for somebody who cannot be told.
        """
        with self._transactions.writing(by) as session:
            return comments.add(session, self._world, said, by)
