"""Settings: the values that an authority's policy leaves open. Each with why it is what it is, and which elements read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine.compare.documents import value_in_words
from engine.configuration import SETTINGS, Setting, read_settings, write_settings
from engine.configuration.places import Place
from engine.configuration.values import check_settings
from engine.services.configuration import Standing
from webapp.current import the_engine
from webapp.pages.configuration import Proposed, Touched, check, lines_of

blueprint = Blueprint("values", __name__)
TEXT, NUMBER, CHOICE = "text", "number", "choice"


@dataclass(frozen=True)
class Row:
    """A setting with what reads it, by process, table or form."""

    setting: Setting
    said: str
    readers: Mapping[str, list[str]]


@blueprint.get("/configuration/settings")
def index() -> str:
    """All settings as they count now."""
    now, settings = _now()
    read = the_engine().configuration.settings_read(current_user.scope)
    rows = [Row(each, value_in_words(each.value), _readers(read, name)) for name, each in settings.items()]
    return render_template("configuration/settings.html", standing=now, rows=rows)


def _now() -> tuple[Standing, dict[str, Setting]]:
    now = the_engine().configuration.standing(SETTINGS, current_user.scope)
    return now, read_settings(now.content)[0] if now.content else {}


def _readers(read: Mapping[str, list[Place]], name: str) -> dict[str, list[str]]:
    """What reads a setting: elements by the name of their process, and so on."""
    found: dict[str, list[str]] = {}
    for place in [*read.get(name, []), *read.get("", [])]:
        found.setdefault(place.title, []).append(place.name or "the process itself")
    return {title: list(dict.fromkeys(names)) for title, names in found.items()}


@blueprint.route("/configuration/settings/change", methods=["GET", "POST"])
def change() -> str | tuple[str, int] | Answer:
    """Change a setting, or add one: its value and why; then what that would do."""
    now, settings = _now()
    name = request.values.get("setting", "")
    if name and name not in settings:
        flash(f"There is no setting {name} any more.", "problem")
        return redirect(url_for("values.index"))
    if request.method != "POST":
        return _form(name, settings.get(name), {}, now)
    wanted = name or request.form.get("name", "").strip()
    made, problems = _typed(wanted)
    if not name and wanted in settings:
        problems = {"name": f"There is a setting {wanted} already: change that, or choose another name"}
    if problems:
        return _form(name, made, problems, now), 400
    return _checked({**settings, wanted: made}, wanted, now)


def _typed(name: str) -> tuple[Setting, dict[str, str]]:
    """The setting as it was typed, and what is wrong with it by field."""
    text, kind = request.form.get("value", "").strip(), request.form.get("type", TEXT)
    problems: dict[str, str] = {}
    value: Any = text
    if kind == NUMBER:
        value = _number(text)
        if value is None:
            value, problems["value"] = text, "Enter a number, such as 14 or 2.5"
    elif kind == CHOICE:
        value = {"yes": True, "no": False}.get(text.lower())
        if value is None:
            value, problems["value"] = text, "Enter yes or no"
    made = Setting(name, value, request.form.get("why", "").replace("\r\n", "\n").strip())
    for problem in check_settings({name: made}):
        problems.setdefault(problem.place[-1] if problem.place else "value", problem.message)
    return made, problems


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.lstrip("-").isdigit() and len(text) < 16 else float(text)
    except ValueError:
        return None


def _form(name: str, setting: Setting | None, problems: Mapping[str, str], now: Standing) -> str:
    """The form; what was typed stands in it again where something is wrong."""
    value = setting.value if setting is not None else ""
    kind = CHOICE if isinstance(value, bool) else NUMBER if isinstance(value, int | float) else TEXT
    shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    stored = {"name": name, "type": kind, "value": shown, "why": setting.why if setting is not None else ""}
    return render_template(
        "configuration/setting.html",
        name=name,
        given=request.values if "value" in request.values else stored,
        listed=isinstance(value, list),
        problems=problems,
        standing=now,
    )


@blueprint.post("/configuration/settings/remove")
def remove() -> str | tuple[str, int] | Answer:
    """Take a setting out: what that would do."""
    now, settings = _now()
    name = request.form.get("setting", "")
    if name not in settings:
        abort(404)
    return _checked({each: said for each, said in settings.items() if each != name}, name, now)


def _checked(settings: Mapping[str, Setting], name: str, now: Standing) -> str | tuple[str, int]:
    typed: dict[str, Any] = {
        each: request.form[each] for each in ("name", "value", "type", "why") if each in request.form
    }
    back = url_for("values.change", setting=request.form.get("setting") or None, **typed)
    read = the_engine().configuration.settings_read(current_user.scope)
    places = [*read.get(name, []), *read.get("", [])]
    touched = Touched(f"What reads {name}", tuple(lines_of(places)))
    return check(Proposed(SETTINGS, write_settings(settings), now.version, back, touched))
