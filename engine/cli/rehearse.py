"""``pathways rehearse``: a process played through a school year on a clock of its own, and saved rehearsals played again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click

from engine.calendar.files import Calendars
from engine.calendar.timers import ZONE
from engine.cases.stepping import World
from engine.cli.common import Day, config_option
from engine.clock import SystemClock
from engine.deployments.registry import Registry
from engine.diagram import read
from engine.errors import PathwaysError
from engine.feel import Feel
from engine.rehearsal import (
    Chooser,
    Prepared,
    Recording,
    Setting,
    Troupe,
    beginnings,
    diary,
    difference,
    explore,
    outcome,
    play,
    prepare_stage,
)
from engine.rehearsal import read as read_recording
from engine.rehearsal.files import around, gather
from engine.rehearsal.words import said
from engine.settings import Config
from engine.steps import PHASES, TYPES


@dataclass(frozen=True)
class _Wanted:
    """What was asked for on the command line."""

    process: str
    since: datetime | None
    until: datetime | None
    phase: str
    kind: str
    last_day: bool

    def setting(self, prepare: Callable[[datetime], Prepared]) -> tuple[Prepared, Setting]:
        """The stage, and how the year on it goes."""
        today = SystemClock().now().astimezone(ZONE)
        begins = self.since or datetime(today.year if today.month >= 9 else today.year - 1, 9, 1, tzinfo=ZONE)
        begins = datetime.combine(begins.date(), time(9), ZONE)
        ends = (
            datetime.combine(self.until.date(), time(0), ZONE) if self.until else begins.replace(year=begins.year + 1)
        )
        if ends <= begins:
            raise click.BadParameter(f"{ends:%Y-%m-%d} is not after {begins:%Y-%m-%d}.", param_hint="--until")
        prepared = prepare(begins)
        recording = Recording(self.process, begins, {"phase": self.phase, "type": self.kind})
        first = next(iter(beginnings(prepared, self.process, begins)), None)
        return prepared, Setting(
            first.of(recording) if first else recording, ends, "last day" if self.last_day else "next school day"
        )


@click.command("rehearse")
@click.argument("diagram", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("rehearsals", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--process", default="", help="Which process of the file; else its first.")
@click.option("--since", type=Day(), help="The first day; else the last 1 September.")
@click.option("--until", type=Day(), help="The last day; else a year later.")
@click.option("--phase", type=click.Choice(PHASES), default="primary", show_default=True, help="The school's.")
@click.option("--kind", type=click.Choice(TYPES), default="community", show_default=True, help="The school's type.")
@click.option("--last-day", is_flag=True, help="People answer on the day on which a task is due, not on the next.")
@click.option(
    "--every-answer", is_flag=True, help="Play it with each answer that decides anything; say what is reached."
)
@click.option("--json", "as_json", is_flag=True, help="Print the rehearsal as a test case, with what comes of it.")
@config_option
@click.pass_context
def rehearse(
    context: click.Context,
    /,
    diagram: Path,
    rehearsals: tuple[Path, ...],
    process: str,
    every_answer: bool,
    as_json: bool,
    folder: Path,
    **given: Any,
) -> None:
    """Play a school year of the process in DIAGRAM, and read its diary; or play REHEARSALS (JSON) that were saved.

    Nothing is written to any database. Exits 1 when a saved rehearsal goes otherwise than it was saved.
    """
    try:
        authority, files = gather(diagram)
        key = process or next(iter(read(files[f"drawn/{diagram.name}"], str(diagram)).processes))
        world = _world(folder)

        def prepare(at: datetime) -> Prepared:
            return prepare_stage(world, authority, files, at, around=lambda: around(diagram))

        if rehearsals:
            context.exit(sum([_plays_otherwise(path, prepare) for path in rehearsals]) > 0)
        stage = _Wanted(key, **given).setting(prepare)
        lines = _explored(*stage) if every_answer else _lived(*stage, as_json)
        click.echo("\n".join(lines))
    except PathwaysError as error:
        raise click.ClickException(str(error)) from None


def _world(folder: Path) -> World:
    config = Config.load(folder, {})
    calendars = Calendars(folder / "calendars", config.fires_at)
    return World(SystemClock(), calendars, Feel.shared(), Registry(), config)


def _plays_otherwise(path: Path, prepare: Callable[[datetime], Prepared]) -> bool:
    """Play a saved rehearsal, and say how it went; whether it went otherwise than it was saved."""
    recording = read_recording(path.read_bytes())
    wrong = difference(play(prepare(recording.begins), recording))
    click.echo(f"{path}: {wrong or 'as saved'}")
    return bool(wrong)


def _lived(prepared: Prepared, setting: Setting, as_json: bool) -> Iterator[str]:
    """The diary of a year, or the year as a test case."""
    played = Troupe(prepared, setting, Chooser()).live()
    if as_json:
        yield replace(played.recording, expected=outcome(played)).as_json()
        return
    for line in diary(played):
        whom = f" [{', '.join(line.roles)}]" if line.roles else ""
        clauses = f" ({', '.join(line.clauses)})" if line.clauses else ""
        more = "".join(f"; {question}: {answer}" for question, answer in line.more)
        yield f"{line.at.astimezone(ZONE):%a %-d %b %Y %H:%M}  {said(line)}{more}{whom}{clauses}"


def _explored(prepared: Prepared, setting: Setting) -> Iterator[str]:
    """What is reached with every answer that decides anything, what never is, and what goes wrong."""
    found = explore(prepared, setting)
    rest = f"; {found.left} answers are left out" if found.left else ", with every answer that decides anything"
    yield f"Played {len(found.lives)} times{rest}. {len(found.reached)} elements are reached."
    yield from (f"Never reached: {name}" for _, name in found.unreached)
    for life in found.lives:
        decided = ", ".join(filter(None, (" ".join(filter(None, each)) for each in life.otherwise)))
        yield from (f"With {decided or 'the first answers'}: {trouble}" for trouble in life.troubles)
