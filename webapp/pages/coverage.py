"""What the policies ask for, document by document, and which element of which diagram carries it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from engine import queries
from webapp.db import db
from webapp.pages import clauses

blueprint = Blueprint("coverage", __name__)


@blueprint.get("/coverage")
def index() -> str:
    """Every clause of my authority's documents, with what carries it."""
    carried = queries.coverage(db.session())
    documents = clauses.of_authority(current_user.authority)
    counts = {title: sum(clause.id in carried for clause in rows) for title, rows in documents.items()}
    return render_template("coverage.html", documents=documents, carried=carried, counts=counts)
