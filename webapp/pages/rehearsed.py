"""What can be rehearsed of a process: its versions, and the drafts that are not deployed yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_login import current_user

from engine import queries
from engine.errors import DefinitionNotFound
from engine.queries import DefinitionRow, DrawingRow
from engine.rehearsal import Prepared
from engine.rehearsal.coverage import Coverage
from webapp.current import the_engine
from webapp.dates import day
from webapp.db import db

#: With what the id of a draft begins, beside those of versions.
DRAFT = "draft-"


@dataclass(frozen=True)
class Subject:
    """A version of a process or a draft of it, which is rehearsed."""

    id: str
    """As the page's form sends it."""
    key: str
    name: str
    """The process's."""
    called: str
    """In a sentence: "version 3", "the draft “Without the panel”"."""
    listed: str
    of: int
    """The version's id, or the draft's."""
    xml: str
    """Where the diagram is."""
    home: str
    """The page that leads here."""

    @property
    def drawn(self) -> bool:
        """Whether it is a draft."""
        return self.id.startswith(DRAFT)

    def prepared(self, at: datetime) -> Prepared:
        """A stage for it. Raises DefinitionNotFound, DrawingNotFound, and DeploymentRefused for a draft that cannot be played."""
        service = the_engine().rehearsals
        return (service.of_draft if self.drawn else service.of_version)(self.of, at, current_user.scope)

    def coverage(self) -> Coverage:
        """What the saved rehearsals go through on it. Raises what :meth:`prepared` does."""
        service = the_engine().rehearsals
        return (service.coverage_of_draft if self.drawn else service.coverage)(self.of, current_user.scope)


def subjects(key: str) -> list[Subject]:
    """What there is of a process: the newest version first, then the open drafts. Raises DefinitionNotFound for nothing."""
    session = db.session()
    versions = queries.versions(session, key)
    drafts = [each for each in queries.drawings(session, key) if each.ended is None]
    if not versions and not drafts:
        raise DefinitionNotFound(key=key)
    name = versions[0].name if versions else drafts[0].name
    return [*map(_version, versions), *(_draft(each, name, bool(versions)) for each in drafts)]


def _version(row: DefinitionRow) -> Subject:
    return Subject(
        str(row.id),
        row.key,
        row.name,
        f"version {row.version}",
        f"Version {row.version}, {day(row.deployed)}",
        row.id,
        url_for("definitions.xml", definition_id=row.id),
        url_for("definitions.versions", key=row.key),
    )


def _draft(row: DrawingRow, name: str, deployed: bool) -> Subject:
    return Subject(
        f"{DRAFT}{row.id}",
        row.process,
        name,
        f"the draft “{row.name}”",
        f"Draft “{row.name}”, {day(row.saved)}",
        row.id,
        url_for("drawings.xml", drawing_id=row.id),
        url_for("definitions.versions", key=row.process) if deployed else url_for("drawings.draft", drawing_id=row.id),
    )
