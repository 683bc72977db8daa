"""What was reported of a school or to a case, with what of it whoever looks may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user

from engine import queries
from engine.queries import ReportedEventRow
from webapp.db import db
from webapp.forms.answers import Answer, answers
from webapp.forms.confidential import form_in


@dataclass(frozen=True)
class Reported:
    """An event that somebody reported, and what of its answers this person may read; a line of a case's story too."""

    row: ReportedEventRow
    given: list[Answer]
    kind: str = "reported"

    @property
    def ended(self) -> datetime:
        """When it was reported."""
        return self.row.at


def reported(row: ReportedEventRow, urn: str | None) -> Reported:
    """A report about a school (its URN), as this person may read it."""
    return Reported(row, _given(row, urn))


def _given(row: ReportedEventRow, urn: str | None) -> list[Answer]:
    content = queries.form(db.session(), row.form_id)
    if content is None:
        return []
    case = next(iter(row.reached), None)
    roles = current_user.scope.reads_at(urn, case)
    return answers(form_in(content, case), row.values, roles, row.by, current_user.username)
