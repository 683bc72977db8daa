"""The accessibility statement, for anybody: who does not come past the sign-in page has to find it too.

What it must say: regulation 8 of the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations
2018 (S.I. 2018/952), and the model statement that it refers to.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from engine.people.authorities import Authority

blueprint = Blueprint("accessibility", __name__)
#: When the statement was last gone through against what was tested. It is to be gone through once a year at least.
PREPARED = date(2026, 11, 27)


@blueprint.get("/accessibility")
def statement() -> str:
    """What works for whom, what does not, and whom to ask."""
    return render_template("accessibility.html", councils=_councils(), prepared=PREPARED)


def _councils() -> list[Authority]:
    """The authority of whoever is signed in; for strangers, who may be anybody's, each of them."""
    home = current_user.home if current_user.is_authenticated else None
    authorities: dict[str, Authority] = current_app.extensions["authorities"]
    return [home] if home else sorted(authorities.values(), key=lambda each: each.name)
