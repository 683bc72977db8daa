"""Starting, changing and stopping cases, and looking at one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine import queries
from engine.cases import admission, holding, records, retirement, stepping, unstarted
from engine.cases.stepping import StartCase
from engine.cases.telling import managers
from engine.errors import ReasonMissing
from engine.people import permissions
from engine.queries import HistoryRow, InstanceRow
from engine.schools import register
from engine.steps import SetVariables
from engine.store import given
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Cases:
    """Cases: each an instance of a process, for a school where the process is about one."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def start(
        self,
        key: str,
        business_key: str | None = None,
        variables: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
        school: str | None = None,
    ) -> int:
        """Start a case of the latest version of process ``key``; its id.

        ``school`` is a URN: the case then has the variable ``school``, and "URN ..." for a business key unless one is
        given. Raises DefinitionNotFound, NotAStarter, SchoolNotFound, BusinessKeyTooLong, GivenRefused; and StartKept,
        caused by whatever the first step raises: then there is no case, and an incident keeps what it was to begin with.
        """
        known, key_of_case = given.variables(variables), given.text(business_key, "business key")
        scope = permissions.who(by)
        authority = scope.within(authority)
        with self._transactions.step(scope) as session:
            definition_id = stepping.latest_id(session, authority, key)
            permissions.check_may_start(scope, self._world.registry.get(session, definition_id), school)
            command = StartCase(authority, definition_id, key_of_case, known, school, scope.username)
            case = stepping.start(session, self._world, command).id
            unstarted.settle(session, self._world, command)
            return case

    def admission(self, key: str, by: Scope) -> tuple[bool, set[str]]:
        """Whether a case of the process needs a school, and the URNs of the schools for which the person may begin one.

        Raises DefinitionNotFound, NotAStarter.
        """
        with self._transactions.reading(by) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, key))
            permissions.check_may_start_somewhere(by, loaded)
            retirement.check(session, loaded, by.authority)
            meant = admission.schools_for(session, self._world, loaded, by.authority)
            anywhere = by.holds(loaded.starter_groups, at=None, case=None)
            mine = {urn for urn in meant if anywhere or by.holds(loaded.starter_groups, at=urn, case=None)}
            return loaded.needs_school_by_hand or not anywhere, mine

    def check_admission(self, key: str, school: str | None, by: Scope) -> None:
        """Say now what would stand against starting a case, for a school by its URN or for none.

        Raises DefinitionNotFound, NotAStarter, SchoolNeeded, SchoolNotFound, SchoolHasClosed, NotForThisSchool, LiveCaseExists.
        """
        with self._transactions.reading(by) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, key))
            permissions.check_may_start(by, loaded)
            admission.check(session, self._world, loaded, by.authority, school, by_hand=True)

    def fits(self, keys: Collection[str], school: str, by: Scope) -> set[str]:
        """Which of these processes are for a school such as this one (by its URN) is now, by their ``startWhen``.

        Raises DefinitionNotFound, SchoolNotFound.
        """
        with self._transactions.reading(by) as session:
            found = register.find(session, by.authority, school)
            loaded = [self._world.registry.get(session, stepping.latest_id(session, by.authority, key)) for key in keys]
            return {each.key for each in loaded if admission.is_for(self._world, each, found)}

    def set_variables(
        self, instance_id: int, variables: Mapping[str, Any], by: str | Scope = "", reason: str = ""
    ) -> None:
        """Change process variables of a case; the reason stands in its story.

        Conditions look again, and so do timers that are made from these variables where the diagram says so. Raises
        InstanceNotFound, InstanceEnded, GivenRefused, and what the step raises.
        """
        known = given.variables(variables)
        scope = permissions.who(by)
        with self._transactions.step(scope) as session:
            instance = stepping.lock(session, instance_id)
            stepping.step(session, self._world, instance, SetVariables(known), by=scope.username)
            now, changed = (
                self._world.clock.now(),
                {"variables": sorted(known), **({"reason": reason} if reason else {})},
            )
            records.add_line(session, instance, now, "changed", scope.username, changed)

    def cancel(self, instance_id: int, reason: str, by: str | Scope = "") -> None:
        """Stop a case for good: all that waits in it ends, and managers are told of a category in which it leaves its school.

        Raises ReasonMissing, InstanceNotFound, InstanceEnded.
        """
        scope = permissions.who(by)
        if not given.text(reason, "reason").strip():
            raise ReasonMissing()
        with self._transactions.writing(scope) as session:
            instance = stepping.lock(session, instance_id)
            holding.tell_left(session, self._world, instance, managers(self._world, instance.authority))
            stepping.stop(session, self._world, instance, reason, scope.username)

    def get(self, instance_id: int) -> InstanceRow:
        """A case; its ``status`` is active, completed or cancelled. Raises InstanceNotFound."""
        with self._transactions.reading() as session:
            return queries.instance(session, instance_id)

    def variables(self, instance_id: int) -> dict[str, Any]:
        """The process variables of a case, running or ended. Raises InstanceNotFound."""
        with self._transactions.reading() as session:
            return dict(queries.variables(session, instance_id))

    def history(self, instance_id: int) -> list[HistoryRow]:
        """The whole story of a case, the oldest line first. Raises InstanceNotFound."""
        with self._transactions.reading() as session:
            queries.instance(session, instance_id)
            return queries.timeline(session, instance_id, limit=1_000_000)[::-1]

    def trace(self, instance_id: int) -> list[str]:
        """The ids of the elements that were completed, in that order. Raises InstanceNotFound."""
        with self._transactions.reading() as session:
            queries.instance(session, instance_id)
            return queries.trace(session, instance_id)
