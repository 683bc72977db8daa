"""The register of schools."""

from __future__ import annotations

from dataclasses import replace

from engine.cases import school_changes
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
        Live cases of a school that changed in what matters to them are told.

        A file of ours is taken whole or not at all: raises RegisterUnreadable. Of the extract, a line that cannot be
        read is told. Raises AuthorityNumberMissing.
        """
        extract, rows = None, []
        if gias.is_extract(data):
            extract = gias.read(data, self._world.config.la_code(authority))
        else:
            rows = register.read(data)
        with self._transactions.writing(Scope.all_authorities()) as session:
            now = self._world.clock.now()
            if extract is not None:
                done = register.store_extract(session, authority, extract, now)
            else:
                done = register.store(session, authority, rows, now)
            touched = school_changes.tell(session, self._world, authority, done.altered)
            return replace(done, touched=tuple(touched))
