"""Comparing versions of processes with each other, and with drawings."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine import queries
from engine.compare import Comparison, Names, Version, compare
from engine.diagram import read
from engine.queries.bound import BoundFiles
from engine.store import given
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Comparisons:
    """What is different between two versions of a process, in words."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._config = transactions.world.config

    def versions(self, old: int, new: int, scope: Scope | None = None) -> Comparison:
        """What is different between two deployed versions, of one process or of two. Raises DefinitionNotFound."""
        with self._transactions.reading(scope) as session:
            before, after = (_version(queries.bound_files(session, each)) for each in (old, new))
            return compare(before, after, self._names(session, scope))

    def drawing(self, old: int, files: Mapping[str, bytes], scope: Scope | None = None) -> Comparison:
        """What is different between a deployed version and diagrams that are not deployed: a draft, or a file.

        A form or table that the drawing names is the newest that is deployed. Raises DefinitionNotFound, DiagramRefused,
        ParseFailed and GivenRefused.
        """
        content = given.files(files)
        with self._transactions.reading(scope) as session:
            before = _version(queries.bound_files(session, old))
            return compare(before, _drawn(session, content), self._names(session, scope))

    def _names(self, session: Session, scope: Scope | None) -> Names:
        known = self._config.authorities.get(scope.authority) if scope else None
        roles = {role.id: role.name for role in known.roles.values()} if known else {}
        processes = {row.key: row.name for row in queries.definitions(session)}
        return Names({"role": roles, "process": processes})


def _version(files: BoundFiles) -> Version:
    return Version(files.diagrams, files.tables, files.forms)


def _drawn(session: Session, files: Mapping[str, bytes]) -> Version:
    elements = [each for name, content in files.items() for each in read(content, name).elements.values()]
    forms = queries.latest_forms(session, {each.form_key for each in elements if each.form_key})
    tables = queries.latest_tables(session, {each.decision_ref for each in elements if each.decision_ref})
    return Version(files, tables, forms)
