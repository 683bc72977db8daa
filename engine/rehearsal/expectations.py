"""What is to come of a saved rehearsal, and how a playing of it differs from that."""

from __future__ import annotations

from itertools import zip_longest

from sqlalchemy import select

from engine.calendar.timers import ZONE
from engine.rehearsal.play import Played
from engine.rehearsal.recording import Expected
from engine.store.tables import UserTask


def outcome(played: Played) -> Expected:
    """What has come of it: the path, and the days of tasks and timers."""
    with played.stage.transactions.reading() as session:
        tasks = session.execute(select(UserTask.element, UserTask.due).order_by(UserTask.id))
        due = [(element, moment) for element, moment in tasks if moment is not None]
    fired = [(each.element, each.at) for each in played.fired]
    days = tuple((element, moment.astimezone(ZONE).date().isoformat()) for element, moment in [*due, *fired])
    return Expected(played.path(), days, played.ended())


def difference(played: Played) -> str:
    """Where a playing first goes otherwise than its recording expects, in words; nothing when it goes as expected."""
    if played.refused:
        refused = played.refused[0]
        waits = ", ".join(refused.waiting) or "nothing"
        return f'on {refused.at:%-d %B %Y} "{refused.move.name}" cannot be done: {refused.reason} What waits: {waits}'
    expected, found = played.recording.expected, outcome(played)
    return "" if expected is None else _first(expected, found)


def _first(expected: Expected, found: Expected) -> str:
    for number, (wanted, got) in enumerate(zip_longest(expected.path, found.path)):
        if wanted != got:
            after = f'after "{expected.path[number - 1]}" ' if number else ""
            return f'{after}comes "{got or "nothing"}", not "{wanted or "nothing"}"'
    for wanted_day, got_day in zip_longest(sorted(expected.dates), sorted(found.dates)):
        if wanted_day != got_day:
            return f"the dates are others: {_day(got_day)}, not {_day(wanted_day)}"
    if expected.ended != found.ended:
        return "it has ended" if found.ended else "it has not ended"
    return ""


def _day(pair: tuple[str, str] | None) -> str:
    return f'"{pair[0]}" on {pair[1]}' if pair else "none"
