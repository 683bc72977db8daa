"""How much one request may bring. What is more is refused before it is read, and the page says how much is taken."""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

URLENCODED = "application/x-www-form-urlencoded"


class TooMany(RequestEntityTooLarge):
    """More fields or parameters than are taken; ``description`` says so to a person."""


def register(app: Flask) -> None:
    """Look at each request before its form is read."""
    app.before_request(_bounded)


def _bounded() -> None:
    """Raises TooMany. What comes in parts (with files) has MAX_FORM_PARTS, which is looked at while it is read."""
    most: int = current_app.config["FIELDS_AT_ONCE"]
    if request.query_string.count(b"&") >= most:
        request.args = ImmutableMultiDict()
        _refuse(f"This address has more than {most:,} parameters, and no more are taken. Nothing was changed.")
    if request.is_json:
        request.max_content_length = current_app.config["JSON_AT_ONCE"]
    if request.mimetype == URLENCODED and _sent().count(b"&") >= most:
        _refuse(
            f"What was sent has more than {most:,} fields, and no more are taken at once. Nothing was changed. "
            "Send it in several parts."
        )


def _sent() -> bytes:
    """A form as it came; empty where it is too large anyway, which whoever reads it is told."""
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        return b""


def _refuse(why: str) -> None:
    request.__dict__["form"] = ImmutableMultiDict()  # the page that says so asks what was written
    raise TooMany(why)
