"""Reading the audit trail in tests."""

from __future__ import annotations

from engine import Engine, queries
from engine.queries import AuditFilters, AuditRow


def trail(engine: Engine, authority: str = "", **wanted: object) -> list[AuditRow]:
    """All entries of an authority, the oldest first."""
    with engine.reading() as session:
        return list(queries.audit_entries(session, authority, AuditFilters(**wanted)))  # type: ignore[arg-type]


def kinds(engine: Engine, authority: str = "") -> list[str]:
    return [each.kind for each in trail(engine, authority)]


def last(engine: Engine, kind: str, authority: str = "") -> AuditRow:
    """The newest entry of a kind."""
    return next(each for each in reversed(trail(engine, authority)) if each.kind == kind)
