"""One task by a link in an e-mail, for somebody outside the authority who has no account.

An officer makes the link for a role of kind contact, for an address of the register of people or with a reason, and Pathways
mails it. Whoever opens it enters a code that is sent to that address, and sees that one task and nothing else, until it is done
or the link has ended. What they answer is recorded under their e-mail address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import AddressUnknown, CodeLater, LinkEnded, LinkNotFound
from engine.people.authorities import Role
from engine.queries import TaskDetail
from engine.queries.links import Asked
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.reasons import reason
from webapp.people import accounts, guests
from webapp.people.guests import DAYS, Guest, Invitation, guest
from webapp.people.sessions import digest
from webapp.security import address_of

blueprint = Blueprint("links", __name__)
WRONG_ADDRESS = "Enter an email address in the correct format, like name@example.org"
#: Of the characters of ASCII without space, as mail servers take them everywhere.
_PART = r"[!#-;=?A-~]"
ADDRESS = re.compile(rf"{_PART}{{1,100}}@{_PART}{{1,100}}\.{_PART}{{2,100}}")
CODE = re.compile(r"[0-9]{6}")
WRONG_CODE = (
    "That is not the code that was sent, or it was sent more than 15 minutes ago. Enter the code, or open the link again "
    "for another. After five wrong codes another is sent an hour later"
)
HAS_ACCOUNT = "Whoever has this email address has an account, and signs in. Enter the address of somebody without one"


@blueprint.get("/tasks/<int:task_id>/link")
def form(task_id: int) -> str:
    """Ask for whom the link is, or show the one that was made; and the links that there are."""
    detail, roles = _sendable(task_id)
    return _page(detail, roles, {}, _made(task_id, request.args.get("made", "")))


@blueprint.post("/tasks/<int:task_id>/link")
def make(task_id: int) -> Response | tuple[str, int]:
    """Make a link for somebody outside the authority, and send it. To load its page again makes no other."""
    detail, roles = _sendable(task_id)
    email, role = request.form.get("email", "").strip().lower(), request.form.get("role", roles[0].id)
    if role not in {each.id for each in roles}:
        abort(400)
    why, wrong = reason(request.form.get("reason", ""), "", "Why it goes there")
    if not ADDRESS.fullmatch(email):
        return _page(detail, roles, {"email": WRONG_ADDRESS}), 400
    if accounts.find(email):
        return _page(detail, roles, {"email": HAS_ACCOUNT}), 400
    if wrong:
        return _page(detail, roles, {"reason": wrong}), 400
    engine, by = the_engine(), current_user.scope
    try:
        shown = confidential.kept_to(detail, [role], named=False) if request.form.get("confidential") else []
        link = engine.links.make(Asked(task_id, role, email, why, tuple(shown)), by)
    except AddressUnknown as unknown:
        return _page(detail, roles, {"reason": str(unknown)}), 400
    engine.links.send(link, _address(task_id, role, email, link), by)
    return redirect(url_for("links.form", task_id=task_id, made=link))


def _address(task_id: int, role: str, email: str, link: int) -> str:
    return address_of("links.follow", token=Invitation(task_id, current_user.authority, role, email, link).token())


def _made(task_id: int, asked: str) -> Made | None:
    """The link of this number, to whoever made it, until it is opened or ended."""
    engine, by = the_engine(), current_user.scope
    for each in engine.links.of_task(task_id, by):
        if str(each.id) == asked and each.made_by == by.username and not (each.used or each.ended):
            address = _address(task_id, each.role, each.email, each.id)
            return Made(each.email, address, engine.links.letter(each.id, address, by))
    return None


@dataclass(frozen=True)
class Made:
    """A link that was made: to whom, its address, and the subject and text of its mail."""

    email: str
    address: str
    letter: Mapping[str, str]

    @property
    def mail(self) -> str:
        """The mail, for the officer's own mail program."""
        subject, text = quote(self.letter["subject"]), quote(self.letter["text"])
        return f"mailto:{quote(self.email)}?subject={subject}&body={text}"


def _sendable(task_id: int) -> tuple[TaskDetail, list[Role]]:
    """An open task, and the roles outside the authority that may do it; not found when there are none."""
    detail = queries.task(db.session(), task_id)
    known = current_user.home.roles if current_user.home else {}
    roles = [known[each] for each in detail.row.roles if each in known and known[each].kind == "contact"]
    if detail.row.status != "open" or not roles:
        abort(404)
    return detail, roles


def _page(detail: TaskDetail, roles: list[Role], problems: Mapping[str, str], made: Made | None = None) -> str:
    engine, by = the_engine(), current_user.scope
    return render_template(
        "links/make.html",
        detail=detail,
        roles=roles,
        given=request.form,
        confidential=confidential.kept_to(detail, [role.id for role in roles]),
        problems=problems,
        made=made,
        known=engine.links.known(detail.row.id, [role.id for role in roles], by),
        links=engine.links.of_task(detail.row.id, by),
        mails=engine.config.mails,
        days=DAYS,
    )


@blueprint.post("/links/<int:link_id>/end")
def end(link_id: int) -> Response:
    """End a link: whoever has it opens nothing any more."""
    task_id = the_engine().links.end(link_id, current_user.scope)
    flash("The link has ended.")
    return redirect(url_for("links.form", task_id=task_id))


@blueprint.route("/link/<token>", methods=["GET", "POST"])
def follow(token: str) -> Response | tuple[str, int] | str:
    """Open a link: the one task, once its address is confirmed by a code that is sent there."""
    person = guest(token)
    if person is None:
        return render_template("links/expired.html", days=DAYS), 410
    links = the_engine().links
    try:
        links.check_live(person.link)
    except (LinkEnded, LinkNotFound):
        return guests.ended(person.link), 410
    if guests.confirmed(person) and (request.method == "POST" or _is_nobody_else(person)):
        return _let_in(person)
    if request.method != "POST":
        return render_template("links/confirm.html", sent=False, token=token, email=person.username, problem="")
    return _answered(person, token)


def _answered(person: Guest, token: str) -> Response:
    """What comes of a code, or of asking for one, in the browser that is known by a cookie from now on."""
    known, status = guests.asker(person), 400
    try:
        problem = _confirmed(person, request.form.get("code"), known)
    except CodeLater as later:
        problem, status = str(later), 429
    if problem is None:
        return _let_in(person)
    page = render_template("links/confirm.html", sent=True, token=token, email=person.username, problem=problem)
    answer = make_response(page, status if problem else 200)
    guests.know_again(answer, person, known)
    return answer


def _is_nobody_else(person: Guest) -> bool:
    """Whether whoever uses this browser is nobody yet, or came by the same link: an officer is not signed out unasked."""
    known = current_user._get_current_object()
    return not current_user.is_authenticated or (isinstance(known, Guest) and known.link == person.link)


def _let_in(person: Guest) -> Response:
    session.clear()
    login_user(person)
    answer = redirect(url_for("tasks.task", task_id=person.task))
    guests.remember(answer, person)
    return answer


def _confirmed(person: Guest, given: str | None, known: str) -> str | None:
    """What is wrong with a code, None when it is right; empty when a code was sent now. What can be none is no try.

    Raises CodeLater.
    """
    links, code = the_engine().links, "".join((given or "").split())
    if given is None:
        if links.send_code(person.link, digest(known), request.remote_addr or ""):
            return ""
    elif not CODE.fullmatch(code):
        return "Enter the six digits of the code"
    return None if links.confirm(person.link, code, digest(known)) else WRONG_CODE


@blueprint.get("/link/done")
def done() -> str:
    """The task is done: say so, and let the person go."""
    if not current_user.is_authenticated or isinstance(current_user._get_current_object(), Guest):
        logout_user()
        session.clear()
    return render_template("links/done.html")
