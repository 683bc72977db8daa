"""Roles: who holds each, who is asked by it, and what it permits; changed and made here by process owners and administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine.compare.documents import PERMITS
from engine.configuration import ROLES
from engine.configuration.roles import CAPABILITIES, CONTACT, OFFICER, Role, check_role, read_roles, write_roles
from engine.services.configuration import Standing
from webapp.current import the_engine
from webapp.pages.configuration import Proposed, Touched, check, lines_of

blueprint = Blueprint("roles", __name__)


@dataclass(frozen=True)
class Row:
    """A role with how many hold it today."""

    role: Role
    permits: tuple[str, ...]
    holders: int


def _now() -> tuple[Standing, dict[str, Role]]:
    now = the_engine().configuration.standing(ROLES, current_user.scope)
    return now, read_roles(now.content)[0] if now.content else {}


@blueprint.get("/configuration/roles")
def index() -> str:
    """All roles as they count now."""
    now, roles = _now()
    holders: dict[str, int] = {}
    for member in the_engine().people.members(current_user.authority):
        for role in member.roles:
            holders[role] = holders.get(role, 0) + 1
    rows = [Row(each, _permits(each), holders.get(each.id, 0)) for each in roles.values()]
    groups = {"Officers": OFFICER, "Contacts of schools": CONTACT}
    listed = {title: [row for row in rows if row.role.kind == kind] for title, kind in groups.items()}
    return render_template("configuration/roles.html", standing=now, groups=listed)


def _permits(role: Role) -> tuple[str, ...]:
    return tuple(PERMITS[each] for each in CAPABILITIES if each in role.capabilities)


@blueprint.route("/configuration/roles/change", methods=["GET", "POST"])
def change() -> str | tuple[str, int] | Answer:
    """Change a role, or add one; then what that would do."""
    now, roles = _now()
    ident = request.values.get("role", "")
    if ident and ident not in roles:
        flash(f"There is no role {ident} any more.", "problem")
        return redirect(url_for("roles.index"))
    if request.method != "POST":
        return _form(roles.get(ident), {}, now)
    known = roles.get(ident)
    given = _typed(known)
    problems = check_role(given)
    if known is None and given["id"] in roles:
        problems = {"id": f"There is a role {given['id']} already: change that, or choose another id"}
    if problems:
        return _form(known, problems, now), 400
    made = read_roles(write_roles([_made(given)]))[0][given["id"]]
    return _checked({**roles, made.id: made}, made, now)


def _typed(known: Role | None) -> dict[str, Any]:
    """A role as it was typed. What it permits stays, where who is signed in may not change that."""
    text = {
        each: request.form.get(each, "").replace("\r\n", "\n").strip() for each in ("name", "mailbox", "description")
    }
    said: dict[str, Any] = {"id": known.id if known else request.form.get("id", "").strip(), **text}
    said["kind"] = request.form.get("kind", OFFICER)
    said["perSchool"] = "per_school" in request.form
    chosen = request.form.getlist("capabilities") if may_permit() else (known.capabilities if known else ())
    said["capabilities"] = [each for each in CAPABILITIES if each in chosen]
    return {name: value for name, value in said.items() if name != "mailbox" or value}


def _made(given: Mapping[str, Any]) -> Role:
    said = {name: value for name, value in given.items() if name not in ("perSchool", "capabilities")}
    return Role(
        **{"mailbox": "", **said, "capabilities": frozenset(given["capabilities"]), "per_school": given["perSchool"]}
    )


def may_permit() -> bool:
    """Whether who is signed in may change what roles permit."""
    return bool(current_user.may("administer"))


def _form(known: Role | None, problems: Mapping[str, str], now: Standing) -> str:
    """The form; what was typed stands in it again where something is wrong, or where the check was left."""
    typed = "name" in request.values
    chosen = request.values.getlist("capabilities") if typed else (known.capabilities if known else ())
    stored: dict[str, Any] = vars(known) if known is not None else {"kind": OFFICER}
    per_school = "per_school" in request.values if typed else bool(known and known.per_school)
    return render_template(
        "configuration/role.html",
        known=known,
        given=request.values if typed else stored,
        chosen=chosen,
        per_school=per_school,
        capabilities=[(each, PERMITS[each]) for each in CAPABILITIES],
        may_permit=may_permit(),
        problems=problems,
        standing=now,
    )


@blueprint.post("/configuration/roles/remove")
def remove() -> str | tuple[str, int] | Answer:
    """Take a role out: what that would do."""
    now, roles = _now()
    role = roles.get(request.form.get("role", ""))
    if role is None:
        abort(404)
    return _checked({ident: each for ident, each in roles.items() if ident != role.id}, role, now)


def _checked(roles: Mapping[str, Role], role: Role, now: Standing) -> str | tuple[str, int]:
    names = ("id", "name", "kind", "mailbox", "description", "per_school", "capabilities")
    typed: dict[str, Any] = {each: request.form.getlist(each) for each in names if each in request.form}
    back = url_for("roles.change", role=request.form.get("role") or None, **typed)
    service, by = the_engine().configuration, current_user.scope
    held = [each.name or each.username for each in service.holders(role.id, by)]
    people = f"Who holds it today ({len(held)}): {', '.join(held[:30])}{' and others' if len(held) > 30 else ''}"
    lines = (people if held else "Nobody holds it today", *lines_of(service.named(role.id, by)))
    touched = Touched(f"Whom and what it touches: {role.name}", lines)
    return check(Proposed(ROLES, write_roles(roles.values()), now.version, back, touched))
