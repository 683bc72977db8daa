"""A submitted form: a row more or less, what is wrong, or the values; and the page that shows what was entered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user
from werkzeug.datastructures import MultiDict

from engine.store.tenancy import set_scope
from webapp.db import db
from webapp.forms.submission import Asked, Submission
from webapp.people import accounts

FORM = json.dumps(
    {
        "type": "default",
        "id": "visits",
        "components": [
            {"type": "textfield", "key": "reason", "label": "Why now?", "validate": {"required": True}},
            {
                "type": "textfield",
                "key": "note",
                "label": "Note",
                "properties": {"confidential": "service-director"},
            },
            {
                "type": "dynamiclist",
                "path": "visits",
                "label": "Visits",
                "components": [{"type": "textfield", "key": "visitor", "label": "Who?"}],
            },
        ],
    }
).encode()
ENTERED = {"reason": "It is due.", "visits-row": "0", "visits-0-visitor": "Sam Example"}


def submitted(app: Flask, role: str = "seo", content: bytes | None = FORM, **posted: Any) -> Submission:
    """What comes of a POST by the person of a role."""
    with app.test_request_context("/tasks/1", method="POST", data=MultiDict(posted)):
        account = accounts.find(f"{role}@barnsley.example.org")
        assert account is not None
        login_user(account)
        set_scope(db.session(), account.scope)
        return Asked.of(content, {}, "/tasks/1").submitted()


def shown(submission: Submission) -> dict[str, str]:
    """What the page shows again, by the inputs' names."""
    assert submission.view is not None
    rows = (field for each in submission.view.fields for row in each.rows for field in row.fields)
    return {field.id: field.value for field in (*submission.view.fields, *rows) if not field.rows}


def test_right_answers_are_the_values(app: Flask) -> None:
    submission = submitted(app, **ENTERED)
    assert submission.values == {"reason": "It is due.", "visits": [{"visitor": "Sam Example"}]}


@pytest.mark.parametrize(
    ("button", "visitors"),
    [({"visits-add": "1"}, {"visits-0-visitor": "Sam Example", "visits-1-visitor": ""}), ({"visits-remove": "0"}, {})],
)
def test_a_row_more_or_less_is_the_page_again(app: Flask, button: dict[str, str], visitors: dict[str, str]) -> None:
    submission = submitted(app, **ENTERED, **button)
    assert submission.values is None
    assert submission.status == 200
    assert submission.edited
    assert {key: value for key, value in shown(submission).items() if key.startswith("visits-")} == visitors


def test_what_is_wrong_is_said_beside_what_was_entered(app: Flask) -> None:
    submission = submitted(app, **ENTERED | {"reason": ""})
    assert submission.values is None
    assert submission.status == 400
    assert not submission.edited
    assert submission.view is not None
    assert [each.href for each in submission.view.errors] == ["#reason"]
    assert shown(submission)["visits-0-visitor"] == "Sam Example"


def test_a_question_that_is_kept_from_me_is_not_read(app: Flask) -> None:
    submission = submitted(app, **ENTERED, note="mine")
    assert submission.values is not None
    assert "note" not in submission.values


def test_a_question_that_is_kept_to_me_names_the_roles_that_will_see_it(app: Flask) -> None:
    submission = submitted(app, role="service-director", **ENTERED, note="mine")
    assert submission.values is not None
    assert submission.values["note"] == "mine"
    assert submission.view is not None
    assert any("Service Director" in each.hint for each in submission.view.fields)


def test_no_form_asks_nothing(app: Flask) -> None:
    submission = submitted(app, content=None, reason="x")
    assert submission.values == {}
    assert submission.view is None
