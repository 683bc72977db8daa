"""Messages and signals that come from outside a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine import queries
from engine.cases import delivery, reports, troubles
from engine.cases.reports import EventReport
from engine.errors import MessageNotExpected
from engine.people import permissions
from engine.queries.events import reportable_event
from engine.store import given
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions


class Messages:
    """Messages, which reach the case that waits for them, and signals, which reach all that listen."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def correlate(
        self,
        name: str,
        keys: Mapping[str, Any] | None = None,
        payload: Mapping[str, Any] | None = None,
        authority: str = "",
        by: str | Scope = "",
    ) -> list[int]:
        """Deliver a message to the case that waits for it, or start a process with it. Gives the ids of the cases.

        ``engine/cases/correlation.py`` says which case that is. Raises MessageNotExpected, MessageAmbiguous,
        GivenRefused, and what the step raises.
        """
        known, keys, scope = given.variables(payload), given.mapping(keys, "keys"), permissions.who(by)
        authority = scope.within(authority)
        with self._transactions.step(scope) as session, unconfined(session):
            found = delivery.correlate(session, self._world, authority, name, keys, known, scope.username)
            if not found:
                said = ", ".join(f"{key} {value}" for key, value in keys.items()) or "none"
                raise MessageNotExpected(name=name, keys=said)
            return found

    def report(self, report: EventReport, by: Scope) -> list[int]:
        """Report something that happened in the world; the ids of the cases that it reached or began.

        It is kept on the school's record whether or not a case listens, and whatever comes of the step. Raises
        EventNotReportable, NotAReporter, AlreadyReported, SchoolNotFound, MessageAmbiguous, and what the step raises.
        """
        with self._transactions.writing(by, wakes=False) as session:
            event = reportable_event(session, report.message, report.school, report.instance)
            case = None if report.instance is None else queries.instance(session, report.instance)
            reports.check_may_report(by, event, case.school_urn if case else report.school, report.instance)
            report_id = reports.keep(session, self._world, by, report, event)
        stuck: list[int] = []
        try:
            with self._transactions.step(by) as session, unconfined(session):
                return reports.tell(session, self._world, by, report, report_id, stuck)
        except Exception:
            if stuck:
                with self._transactions.writing(by, wakes=False) as session, unconfined(session):
                    reports.came_to(session, report_id, stuck)
            raise

    def begins(self, names: Collection[str], school: str, by: Scope) -> dict[str, set[str]]:
        """Of which processes each of these messages, reported of a school (its URN), would begin a case now: their keys."""
        with self._transactions.reading(by) as session:
            return {name: delivery.begins(session, self._world, by.authority, name, school) for name in names}

    def signal(
        self, name: str, payload: Mapping[str, Any] | None = None, authority: str = "", by: str | Scope = ""
    ) -> int:
        """Send a signal to every case of the authority that listens. Gives its message id.

        The dispatcher delivers it, a step a case. Raises GivenRefused.
        """
        known, scope = given.variables(payload), permissions.who(by)
        authority = scope.within(authority)
        with self._transactions.writing(scope) as session, unconfined(session):
            return delivery.send(session, self._world, authority, "signal", name, {}, known)

    def resend(self, message_id: int, by: str | Scope = "", reason: str = "") -> None:
        """Let a message that found nobody be delivered again. Raises MessageNotFound."""
        scope = permissions.who(by)
        with self._transactions.writing(scope) as session:
            troubles.resend(session, self._world, message_id, scope.username, reason)

    def deliver(self, message_id: int, instance_id: int, by: str | Scope = "", reason: str = "") -> None:
        """Let a message that found nobody be delivered to one case that waits for its name, whatever its keys.

        Raises MessageNotFound, InstanceNotFound, MessageNotAwaited.
        """
        scope = permissions.who(by)
        with self._transactions.writing(scope) as session:
            troubles.deliver(session, self._world, message_id, instance_id, scope.username, reason)

    def rest(self, message_id: int, by: str | Scope = "", reason: str = "") -> None:
        """Let a message that found nobody rest: it is no trouble any more. Raises MessageNotFound."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            troubles.rest(session, self._world, message_id, scope.username, reason)
