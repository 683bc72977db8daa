"""Every error as a page in plain English. No stack trace reaches a person; what happened is in the log."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, jsonify, make_response, render_template, request, url_for
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import errors
from engine.errors import PathwaysError
from webapp.forms import drafts
from webapp.limits import TooMany
from webapp.people.keeping import AccountNotFound, OwnAccount
from webapp.people.names import anybody
from webapp.people.sign_in import go_on

TITLES = {
    202: "The answer is kept",
    400: "That request could not be understood",
    401: "Sign in first",
    403: "This is not yours to see",
    404: "Page not found",
    405: "That cannot be done here",
    409: "That cannot be done now",
    410: "This link has ended",
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
    503: "Its database does not answer. Nothing was changed. Try again in a few minutes.",
}

#: Seconds after which a monitor or a browser may ask again where the database did not answer.
RETRY_AFTER = 30

#: What a script reads that would save what is being typed, when nobody is signed in any more.
SAVE_AGAIN = (
    "You are signed out. What you typed stays on this page: choose “Save and come back later” to sign in and go on."
)

#: Titles that say more than the status does.
TITLES_OF: dict[type[PathwaysError], str] = {
    errors.LiveCaseExists: "There is a case already",
    errors.ProcessRetired: "This process is retired",
    errors.SchoolHasClosed: "The school has closed",
    errors.AlreadyReported: "This has been reported already",
    errors.StartKept: "The case could not begin",
    errors.TaskNotOpen: "This task is no longer open",
    errors.TaskClaimed: "Somebody else has this task",
    errors.SecondHalf: "This is for another person",
    errors.InstanceBusy: "Somebody was quicker",
    errors.InstanceEnded: "This case has ended",
    errors.CaseSuspended: "This case is suspended",
    errors.CaseArchived: "This case is in the archive",
}

#: The status of each error that the engine raises; those not named here are 422, "it could not be done".
STATUS: dict[type[PathwaysError], int] = {
    errors.AnswerKept: 202,
    errors.TaskNotFound: 404,
    errors.InstanceNotFound: 404,
    errors.DefinitionNotFound: 404,
    errors.PlanNotFound: 404,
    errors.DocumentNotFound: 404,
    errors.DocumentOvertaken: 409,
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
    errors.ProcessRetired: 409,
    errors.NotRetired: 409,
    errors.SchoolHasClosed: 409,
    errors.AlreadyReported: 409,
    errors.DrawnOnOldVersion: 409,
    AccountNotFound: 404,
    OwnAccount: 403,
    errors.MovedDateNotFound: 404,
    errors.RehearsalNotFound: 404,
    errors.DrawingNotFound: 404,
    errors.TaskNotOpen: 409,
    errors.TaskClaimed: 409,
    errors.AnswerCounts: 409,
    errors.InstanceBusy: 409,
    errors.InstanceEnded: 409,
    errors.CaseSuspended: 409,
    errors.CaseNotSuspended: 409,
    errors.NotWaiting: 409,
    errors.MigrationNotFound: 404,
    errors.VersionNotFound: 404,
    errors.MigrationMovedOn: 409,
    errors.MessageNotAwaited: 409,
    errors.TaskNotYours: 403,
    errors.SecondHalf: 409,
    errors.RemindedToday: 409,
    errors.NotTheirTask: 422,
    errors.NotAManager: 403,
    errors.CoverRefused: 422,
    errors.CoverNotFound: 404,
    errors.ListNotFound: 404,
    errors.ReportNotFound: 404,
    errors.ReportNotYours: 403,
    errors.ReportKept: 409,
    errors.ReportMovedOn: 409,
    errors.ReportOfBarred: 403,
    errors.ReportTemplateWrong: 422,
    errors.NoticeNotFound: 404,
    errors.LinkNotFound: 404,
    errors.LinkEnded: 410,
    errors.AddressUnknown: 422,
    errors.BarNamesNobody: 422,
    errors.BarRefused: 409,
    errors.BarNotFound: 404,
    errors.NotAStarter: 403,
    errors.NotOnBehalf: 403,
    errors.NotTheAuthor: 403,
    errors.FileNotFound: 404,
    errors.NoPreview: 404,
    errors.FilesNotKept: 503,
    errors.AnswerNotDue: 409,
    errors.NotAReporter: 403,
    errors.FeelNotBuilt: 503,
    errors.DatabaseUnusable: 503,
    errors.ScopeMissing: 500,
    errors.OtherAuthority: 403,
    errors.EntryKept: 500,
    errors.EntryNotFound: 404,
    errors.CaseArchived: 409,
    errors.HoldNotFound: 404,
    errors.DisposalNotFound: 404,
    errors.CaseHeld: 409,
    errors.OwnProposal: 403,
    errors.NotForRecords: 403,
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
    if request.is_json or _is_script():
        return jsonify(message=f"{title}. {text}"), status
    wrote = [] if status == 202 else _written()
    kept = g.get("kept")
    g.pop("seen", None)  # what the page that failed would have shown, it has not
    return render_template("error.html", title=title, text=text, case=case, leave=leave, wrote=wrote, kept=kept), status


def _is_script() -> bool:
    """Whether a script saves what somebody types; false of what is too large to be read."""
    try:
        return drafts.is_typing()
    except RequestEntityTooLarge:
        return False


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
        return page(error.code or 500, error.description or "" if isinstance(error, TooMany) else "")

    @app.errorhandler(CSRFError)
    def _csrf(error: CSRFError) -> Any:
        if (place := drafts.here()) and drafts.is_own():
            return page(401, SAVE_AGAIN) if _is_script() else go_on(place.address, drafts.wrapped())
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

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, _away)

    @app.errorhandler(Exception)
    def _other(error: Exception) -> Any:
        app.logger.exception("unexpected error")
        return page(500)


def _away(error: SQLAlchemyError) -> Any:
    """The database does not answer, so the page must do without it: nobody is known, and no clock of the sample."""
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    current_app.logger.error("the database did not answer: %s", reason)
    g.without_database, g._login_user = True, AnonymousUserMixin()
    answer = make_response(page(503))
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer
