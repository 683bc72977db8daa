"""The engine of the running application and its time, as the pages use them."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import current_app

from engine import Engine


def the_engine() -> Engine:
    """The engine of this application."""
    return cast(Engine, current_app.extensions["pathways"])


def now() -> datetime:
    """The engine's time, aware and in UTC."""
    return the_engine().clock.now()
