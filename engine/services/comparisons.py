"""Comparing versions of processes with each other, and with drawings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from engine import queries
from engine.compare import Comparison, Names, Version, compare
from engine.configuration import kind_of
from engine.diagram import read
from engine.lint.bundle import decision_ids, form_key
from engine.queries.bound import BoundFiles
from engine.queries.configuration import newest_documents
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

    def files(self, files: Mapping[str, bytes], scope: Scope) -> Comparison:
        """What is different between files that are not deployed (diagrams, forms, tables) and the newest of what they hold.
        Raises DiagramRefused, ParseFailed and GivenRefused."""
        content = given.files(files)
        given_documents = {kind: each for name, each in content.items() if (kind := kind_of(name))}
        content = {name: each for name, each in content.items() if not kind_of(name)}
        with self._transactions.reading(scope) as session:
            after = replace(_drawn(session, content, scope.authority), documents=given_documents)
            standing = self._transactions.authorities.documents(scope.authority)
            newest = {kind: each.content for kind, each in newest_documents(session, scope.authority).items()}
            known = {kind: each for kind, each in (standing | newest).items() if kind in given_documents}
            before = replace(_deployed(session, after), documents=known)
            return compare(before, after, self._names(session, scope))

    def _names(self, session: Session, scope: Scope | None) -> Names:
        known = self._config.authorities.get(scope.authority) if scope else None
        roles = {role.id: role.name for role in known.roles.values()} if known else {}
        processes = {row.key: row.name for row in queries.definitions(session)}
        return Names({"role": roles, "process": processes})


def _version(files: BoundFiles) -> Version:
    return Version(files.diagrams, files.tables, files.forms)


def _drawn(session: Session, files: Mapping[str, bytes], authority: str = "") -> Version:
    """What files come to, with the newest of the forms and tables that their diagrams use."""
    forms, tables = _ending(files, ".form"), _ending(files, ".dmn")
    diagrams = {name: content for name, content in files.items() if name not in {*forms, *tables}}
    own = {form_key(name, authority): content for name, content in forms.items()}
    elements = [each for name, content in diagrams.items() for each in read(content, name).elements.values()]
    used = {each.form_key for each in elements} - own.keys() - {""}
    asked = {each.decision_ref for each in elements} - _decisions(tables) - {""}
    return Version(diagrams, queries.latest_tables(session, asked) | tables, queries.latest_forms(session, used) | own)


def _ending(files: Mapping[str, bytes], ending: str) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.endswith(ending)}


def _decisions(tables: Mapping[str, bytes]) -> set[str]:
    return {key for name, content in tables.items() for key in decision_ids(content, name)}


def _deployed(session: Session, after: Version) -> Version:
    """The newest of what files hold, with the newest of what that uses."""
    keys = {key for name, content in after.diagrams.items() for key in read(content, name).processes}
    diagrams: dict[str, bytes] = {}
    forms = queries.latest_forms(session, after.forms)
    tables = queries.latest_tables(session, _decisions(after.tables))
    for row in queries.definitions(session):
        if row.key in keys:
            bound = queries.bound_files(session, row.id)
            diagrams |= bound.diagrams
            forms, tables = bound.forms | forms, bound.tables | tables
    return Version(diagrams, tables, forms)
