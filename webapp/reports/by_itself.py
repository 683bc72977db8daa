"""The report that a task asks for is drafted as soon as it is asked for, with its figures and where they come from.

The worker of this application asks for it (engine/services/reports.py); templates are the web application's.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from engine import Engine, queries
from engine.queries import WantedRow
from engine.services.reports import Asked, Drafted
from webapp.reports.days import day_in_london, usual
from webapp.reports.drawing import drafted
from webapp.reports.template import load


def register(app: Flask, engine: Engine) -> None:
    """Have the engine draft by the templates of this application."""
    folder = Path(app.config["ROOT"]) / "config" / "reports"

    def draw(session: Session, row: WantedRow) -> tuple[Asked, Drafted]:
        with app.app_context():
            return _drawn(engine, folder, session, row)

    engine.reports.draw = draw


def _drawn(engine: Engine, folder: Path, session: Session, row: WantedRow) -> tuple[Asked, Drafted]:
    """Raises ReportTemplateWrong."""
    template = load(folder, row.template)
    urn = row.school_urn or "" if template.school else ""
    days = usual(template, session, engine, day_in_london(row.created), urn)
    school = queries.school(session, urn) if urn else None
    roles = row.roles or template.writers
    asked = Asked(template.name, roles, template.readers, row.task_id, urn or None)
    return asked, drafted(template, session, days, engine.clock.now(), school)
