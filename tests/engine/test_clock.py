"""Clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import OffsetClock, SystemClock, VirtualClock


def test_a_virtual_clock_stands_until_it_is_moved() -> None:
    clock = VirtualClock(datetime(2026, 9, 7, 9, tzinfo=UTC))
    assert clock.now() == clock.now() == datetime(2026, 9, 7, 9, tzinfo=UTC)
    clock.advance(timedelta(days=1))
    assert clock.now().day == 8
    clock.set(datetime(2026, 9, 1, tzinfo=UTC))
    assert clock.now().day == 1
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 9, 7))


def test_an_offset_clock_is_moved_by_its_offset_and_the_system_s_is_in_utc() -> None:
    offset = [timedelta(0)]
    clock = OffsetClock(lambda: offset[0], VirtualClock(datetime(2026, 9, 7, tzinfo=UTC)))
    offset[0] = timedelta(days=30)
    assert clock.now() == datetime(2026, 10, 7, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC
