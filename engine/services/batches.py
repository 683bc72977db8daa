"""Starting a process for many schools at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.cases import batches, retirement, stepping
from engine.cases.batches import BatchRequest, Meant
from engine.people import permissions
from engine.store import given
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions


class Batches:
    """Starts of a process for many schools, a case each."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def start(
        self,
        key: str,
        variables: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
        urns: Collection[str] | None = None,
        element: str | None = None,
        run_id: str | None = None,
    ) -> int:
        """Start a process for many schools: these URNs, or all that the start event is for. Gives the batch's id.

        The dispatcher starts the cases; what becomes of schools that have an open case of the process, the process says
        (``whileOpen``). ``queries.batch`` says how far it is. ``run_id`` (64 characters at most) makes it safe to send twice: the
        second time, it gives the first batch's id. Raises DefinitionNotFound, NotAStarter, NotForSchools,
        SchoolNotFound, GivenRefused.
        """
        known = given.variables(variables)
        scope = permissions.who(by)
        authority = scope.within(authority)
        with self._transactions.writing(scope) as session, unconfined(session):
            loaded = self._world.registry.get(session, stepping.latest_id(session, authority, key))
            permissions.check_may_start(scope, loaded)
            retirement.check(session, loaded, authority)
            start = batches.start_of(loaded, element)
            request = BatchRequest(authority, loaded, start, scope.username, known, urns, run_id)
            return batches.begin(session, self._world, request).id

    def schools_for(self, key: str, by: Scope) -> Meant:
        """Whom a batch of this process would be for, who of them has an open case, and what would become of that.

        Raises DefinitionNotFound, NotAStarter, NotForSchools.
        """
        with self._transactions.reading(by) as session, unconfined(session):
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, key))
            permissions.check_may_start(by, loaded)
            retirement.check(session, loaded, by.authority)
            request = BatchRequest(by.authority, loaded, batches.start_of(loaded))
            return batches.meant(session, self._world, request)
