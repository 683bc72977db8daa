"""Every error as a page in plain English. No stack trace reaches a person; what happened is in the log."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import errors
from engine.errors import PathwaysError
from webapp.people.names import anybody

TITLES = {
    202: "The answer is kept",
    400: "That request could not be understood",
    401: "Sign in first",
    403: "This is not yours to see",
    404: "Page not found",
    405: "That cannot be done here",
    409: "That cannot be done now",
    413: "That is too large",
    422: "That could not be done",
    429: "Too many requests",
    500: "Sorry, there is a problem",
    503: "Pathways is not ready",
}
TEXTS = {
    400: "Go back, check what you entered and try again.",
    401: "You have been signed out, or have not signed in yet. Nothing was changed.",
    403: "Your roles do not include this. If you think that they should, ask whoever looks after Pathways in your authority.",
    404: "If you typed the address, check it. The case or task may also belong to somebody else, or be gone.",
    405: "Use the links and buttons of the pages. Nothing was changed.",
    413: "Send less text or a smaller file. Nothing was changed.",
    429: "Wait a minute and try again.",
    500: "Nothing was changed. Try again later; if it happens again, tell whoever looks after Pathways.",
}

#: Titles that say more than the status does.
TITLES_OF: dict[type[PathwaysError], str] = {
    errors.LiveCaseExists: "There is a case already",
    errors.AlreadyReported: "This has been reported already",
    errors.TaskNotOpen: "This task is no longer open",
    errors.TaskClaimed: "Somebody else has this task",
    errors.InstanceBusy: "Somebody was quicker",
    errors.InstanceEnded: "This case has ended",
}

#: The status of each error that the engine raises; those not named here are 422, "it could not be done".
STATUS: dict[type[PathwaysError], int] = {
    errors.AnswerKept: 202,
    errors.TaskNotFound: 404,
    errors.InstanceNotFound: 404,
    errors.DefinitionNotFound: 404,
    errors.SchoolNotFound: 404,
    errors.HoldingNotFound: 404,
    errors.IncidentNotFound: 404,
    errors.MessageNotFound: 404,
    errors.BatchNotFound: 404,
    errors.ImportNotFound: 404,
    errors.RegisterMoved: 409,
    errors.SuccessionNotFound: 404,
    errors.SuccessionDecided: 409,
    errors.SuccessionMoved: 409,
    errors.EventNotReportable: 404,
    errors.LiveCaseExists: 409,
    errors.AlreadyReported: 409,
    errors.DrawnOnOldVersion: 409,
    errors.MovedDateNotFound: 404,
    errors.TaskNotOpen: 409,
    errors.TaskClaimed: 409,
    errors.InstanceBusy: 409,
    errors.InstanceEnded: 409,
    errors.NotWaiting: 409,
    errors.MessageNotAwaited: 409,
    errors.TaskNotYours: 403,
    errors.NotAStarter: 403,
    errors.NotOnBehalf: 403,
    errors.AnswerNotDue: 409,
    errors.NotAReporter: 403,
    errors.FeelNotBuilt: 503,
    errors.ScopeMissing: 500,
    errors.OtherAuthority: 403,
}


def status_of(error: PathwaysError) -> int:
    """The HTTP status that an engine error is answered with."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)


def page(status: int, text: str = "", title: str = "", case: int | None = None, leave: str = "") -> tuple[Any, int]:
    """The page of a status, or JSON where a script asked; ``case`` is one to go on with, ``leave`` where to sign in.

    It gives back what was written, so that no text is lost by a refusal.
    """
    title = title or TITLES.get(status, TITLES[500 if status >= 500 else 400])
    text = text or TEXTS.get(status, TEXTS[400])
    if request.is_json:
        return jsonify(message=f"{title}. {text}"), status
    wrote = [] if status == 202 else _written()
    return render_template("error.html", title=title, text=text, case=case, leave=leave, wrote=wrote), status


def _written() -> list[str]:
    """The texts of more than one word that the refused form brought. A password is never among them."""
    if request.method != "POST":
        return []
    try:
        sent = request.form.items(multi=True)
    except RequestEntityTooLarge:
        return []
    return [text for name, text in sent if "password" not in name and len(text.split()) > 1]


def register(app: Flask) -> None:
    """Answer every error with its page."""

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        if error.code is not None and error.code < 400:
            return error
        return page(error.code or 500)

    @app.errorhandler(CSRFError)
    def _csrf(error: CSRFError) -> Any:
        if not current_user.is_authenticated:
            text = "Sign in again, open the page and repeat what you did. Nothing was changed."
            return page(400, text, "You have been signed out", leave=url_for("auth.sign_in"))
        return page(
            400, "The page was open for too long, or was not sent by Pathways. Go back, load it again and repeat it."
        )

    @app.errorhandler(PathwaysError)
    def _engine(error: PathwaysError) -> Any:
        status = status_of(error)
        if status >= 500:
            app.logger.error("%s: %s", type(error).__name__, error)
        case = getattr(error, "instance", None) if isinstance(error, errors.LiveCaseExists) else None
        return page(status, error.told(anybody) if status < 500 else "", TITLES_OF.get(type(error), ""), case)

    @app.errorhandler(Exception)
    def _other(error: Exception) -> Any:
        app.logger.exception("unexpected error")
        return page(500)
