"""The board of a process: its live cases by stage, beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, abort, render_template, request

from engine import queries
from engine.queries import DefinitionRow
from webapp.current import now
from webapp.db import db

blueprint = Blueprint("board", __name__)


@blueprint.get("/cases/board")
def index() -> str:
    """The live cases of a process by stage; of the one that has most, unless the address says which."""
    session = db.session()
    known = {row.key: row for row in queries.definitions(session)}
    process = request.args.get("process", "")
    if process and process not in known:
        abort(404)
    live = queries.live_by_process(session)
    processes = [row for row in known.values() if row.startable or row.key in live or row.key == process]
    process = process or _fullest(processes, live)
    return render_template(
        "cases/board.html",
        processes=processes,
        process=process,
        name=known[process].name if process else "",
        board=queries.board(session, process, now()),
        most=queries.MOST_ON_BOARD,
    )


def _fullest(processes: Iterable[DefinitionRow], live: Mapping[str, int]) -> str:
    """The process with most live cases, the first of several; empty where there is none."""
    return max((row.key for row in processes), key=lambda key: live.get(key, 0), default="")
