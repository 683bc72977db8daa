"""Which days a report is about, unless whoever makes it says others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.conftest import engine_of
from webapp.periods import Days
from webapp.reports.days import usual
from webapp.reports.template import load

TEMPLATES = Path(__file__).resolve().parents[3] / "config" / "reports"


@pytest.mark.parametrize(
    ("template", "until", "since"),
    [
        ("barnsley/monthly", date(2026, 9, 7), date(2026, 8, 8)),
        ("barnsley/quarterly", date(2026, 9, 7), date(2026, 6, 8)),
        ("barnsley/termly", date(2026, 9, 7), date(2026, 4, 13)),
    ],
)
def test_the_first_report_looks_back_as_its_template_says(app: Flask, template: str, until: date, since: date) -> None:
    engine = engine_of(app)
    with engine.reading() as session:
        assert usual(load(TEMPLATES, template), session, engine, until, "") == Days(since, until)
