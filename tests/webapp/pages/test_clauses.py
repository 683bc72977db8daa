"""The register of clauses at run time."""

from __future__ import annotations

from flask import Flask

from webapp.pages import clauses


def test_clauses_are_named_with_their_document(app: Flask) -> None:
    with app.app_context():
        found = clauses.named(["BAR-ESC-1.3", "UNKNOWN-1", "BAR-QA-2.1"])
    assert [each.id for each in found] == ["BAR-ESC-1.3", "BAR-QA-2.1"]
    assert "monthly" in found[0].says
    assert "escalation process" in found[0].document
    assert "quality assurance" in found[1].document
