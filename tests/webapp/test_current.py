"""The engine and the time that pages work with."""

from __future__ import annotations

from flask import Flask

from engine.clock import VirtualClock
from webapp.current import now


def test_a_page_s_time_is_the_engine_s(app: Flask, clock: VirtualClock) -> None:
    with app.app_context():
        assert now() == clock.now()
