"""An hour as people write it."""

from __future__ import annotations

from datetime import time

import pytest

from engine.calendar.hours import hour_of


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("4.15pm", time(16, 15)),
        ("4:15 p.m.", time(16, 15)),
        ("4pm", time(16)),
        ("12.30am", time(0, 30)),
        ("12pm", time(12)),
        ("16:15", time(16, 15)),
        ("9.30", time(9, 30)),
        ("16:15:00", time(16, 15)),
        ("Noon", time(12)),
    ],
)
def test_an_hour_is_read_as_it_is_written(said: str, hour: time) -> None:
    assert hour_of(said) == hour


@pytest.mark.parametrize("said", ["4", "after school", "13pm", "25:00", "16:75", "4.15pm or 5pm", ""])
def test_what_says_no_one_hour_is_none(said: str) -> None:
    assert hour_of(said) is None
