"""Checking and deploying diagrams, decision tables and forms."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine import queries
from engine.cases import start_events
from engine.deployments import store
from engine.deployments.binding import Storing
from engine.deployments.store import Deployed
from engine.errors import DrawnOnOldVersion, OtherProcess
from engine.lint import Finding
from engine.lint.bundle import Bundle, read_bundle
from engine.people import permissions
from engine.queries import DefinitionRow
from engine.store import given
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Deployments:
    """Diagrams, decision tables and forms: what is wrong with them, and new versions of them."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def check(self, resources: Mapping[str, bytes], authority: str = "", strict: bool = True) -> list[Finding]:
        """Everything that :meth:`deploy` would find in these files, errors and warnings, by file and line."""
        with self._transactions.reading() as session:
            return self._inspect(session, self._read(resources, authority, strict), authority, strict)

    def deploy(
        self,
        resources: Mapping[str, bytes],
        authority: str = "",
        by: str | Scope = "",
        note: str = "",
        strict: bool = True,
        based_on: int | None = None,
    ) -> Deployed:
        """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form): {file name: content}.

        New cases run on the new versions, running cases stay on theirs. ``strict=False`` takes plain BPMN without
        forms and roles. ``based_on`` is the version that a drawing was made from, where that is known: it must still be
        the latest, and the drawing of the same process. Raises DeploymentRefused (with ``findings``), DeploymentEmpty,
        DrawnOnOldVersion, OtherProcess and GivenRefused; nothing is written then.
        """
        scope = permissions.who(by)
        authority = scope.within(authority)
        bundle = self._read(resources, authority, strict)
        with self._transactions.writing(scope) as session:
            findings = self._inspect(session, bundle, authority, strict)
            store.refuse(findings)
            if based_on is not None:
                _check_base(queries.definition(session, based_on), bundle, session)
            storing = Storing(
                session,
                authority,
                self._world.clock.now(),
                scope.username,
                note,
                strict,
                bundle,
                tuple(findings),
            )
            deployed, fresh = store.store(storing)
            loaded = [self._world.registry.fresh(session, i) for i in fresh.values()]
            calendar = self._world.calendars(authority, None)
            listening = start_events.Listening(authority, storing.now, calendar, self._world.feel)
            start_events.listen(session, self._world.registry, listening, loaded)
        return deployed

    def _read(self, resources: Mapping[str, bytes], authority: str, strict: bool) -> Bundle:
        return read_bundle(given.files(resources), authority, strict, self._world.feel)

    def _inspect(self, session: Session, bundle: Bundle, authority: str, strict: bool) -> list[Finding]:
        roles = self._world.config.roles(authority)
        settings = self._world.settings(authority)
        return store.inspect(session, bundle, authority, roles, settings, self._world.feel, strict)


def _check_base(base: DefinitionRow, bundle: Bundle, session: Session) -> None:
    """Raises OtherProcess for a drawing of another process, DrawnOnOldVersion when a newer version was deployed since."""
    if base.key not in bundle.processes:
        raise OtherProcess(found=", ".join(sorted(bundle.processes)), wanted=base.key)
    latest = queries.latest_definition(session, base.key)
    if latest.id != base.id:
        raise DrawnOnOldVersion(version=latest.version, process=latest.name, by=latest.deployed_by)
