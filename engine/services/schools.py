"""The register of schools."""

from __future__ import annotations

from engine.schools import gias, register
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Schools:
    """The register of an authority's schools."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def import_file(self, data: bytes, authority: str) -> register.Imported:
        """Bring an authority's register up to date from a CSV file of ours or the national extract. Safe to repeat.

        A file of ours is taken whole or not at all: raises RegisterUnreadable. Of the extract, a line that cannot be
        read is told. Raises AuthorityNumberMissing.
        """
        extract, rows = None, []
        if gias.is_extract(data):
            extract = gias.read(data, self._world.config.la_code(authority))
        else:
            rows = register.read(data)
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            now = self._world.clock.now()
            if extract is not None:
                return register.store_extract(session, authority, extract, now)
            return register.store(session, authority, rows, now)
