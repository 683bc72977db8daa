"""The engine of the running application and its time, as the pages use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, g

from engine import Engine, Scope
from engine.clock import Clock


def the_engine() -> Engine:
    """The engine of this application."""
    return cast(Engine, current_app.extensions["pathways"])


def now() -> datetime:
    """The engine's time, aware and in UTC."""
    return the_engine().clock.now()


def wall() -> datetime:
    """The machine's time, which sample mode does not move: how long somebody stays signed in goes by it."""
    clock: Clock = current_app.config["WALL"]
    return clock.now()


def known_scope(ident: str, look: Callable[[], Scope]) -> Scope:
    """What somebody may see and do, looked up once a request."""
    if "scopes" not in g:
        g.scopes = {}
    known: dict[str, Scope] = g.scopes
    if ident not in known:
        known[ident] = look()
    return known[ident]
