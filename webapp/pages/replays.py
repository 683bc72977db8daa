"""Last year's cases played through another version, a draft or a file: which would go another way, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, render_template, request
from flask_login import current_user

from engine import queries
from engine.errors import DefinitionNotFound, FileOfOtherProcess, ParseFailed
from engine.lint import Finding
from engine.queries import DefinitionRow
from engine.rehearsal import Replayed
from engine.rehearsal.service import MOST_REPLAYED
from webapp.current import now, the_engine
from webapp.db import db

blueprint = Blueprint("replays", __name__)
YEAR = timedelta(days=365)


@blueprint.get("/processes/<key>/replay")
def version(key: str) -> str:
    """The cases of the last year on a version: the newest unless another is chosen. Nothing runs until one is."""
    rows = _versions(key)
    chosen = next((row for row in rows if str(row.id) == request.args.get("version")), None)
    if chosen is None:
        return _page(rows, None, None)
    xml = queries.definition_xml(db.session(), chosen.id)
    return _page(rows, chosen, _played(key, {"version.bpmn": xml}))


@blueprint.post("/processes/<key>/replay")
def file(key: str) -> str | tuple[str, int]:
    """The cases of the last year on a file that is not deployed."""
    rows = _versions(key)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(rows, None, None, "Select a .bpmn file"), 400
    files = {sent.filename[:200]: sent.read()}
    try:
        return _page(rows, None, _played(key, files), name=sent.filename[:200], against=_against(files))
    except (ParseFailed, FileOfOtherProcess) as error:
        return _page(rows, None, None, str(error)), 400


def _versions(key: str) -> list[DefinitionRow]:
    rows = queries.versions(db.session(), key)
    if not rows:
        raise DefinitionNotFound(key=key)
    return rows


def _against(files: dict[str, bytes]) -> list[Finding]:
    """What stands against deploying them: they are played all the same, for a draft need not be finished."""
    found = the_engine().deployments.check(files, current_user.authority)
    return [each for each in found if each.severity == "error"]


def _played(key: str, files: dict[str, bytes]) -> list[Replayed]:
    return the_engine().rehearsals.replay(key, files, now() - YEAR, current_user.scope)


def _page(
    rows: list[DefinitionRow],
    chosen: DefinitionRow | None,
    found: list[Replayed] | None,
    problem: str = "",
    name: str = "",
    against: Sequence[Finding] = (),
) -> str:
    return render_template(
        "replays/page.html",
        latest=rows[0],
        versions=rows,
        chosen=chosen,
        found=found,
        otherwise=[each for each in found or () if each.other],
        differing=[each for each in found or () if not (each.other or each.same)],
        against=against,
        problem=problem,
        name=name or (f"version {chosen.version}" if chosen else ""),
        since=now() - YEAR,
        most=MOST_REPLAYED,
    )
