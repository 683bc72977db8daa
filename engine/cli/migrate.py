"""``pathways migrate``: running cases, moved to another version of their process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from engine import queries
from engine.cli.common import known_authority, with_engine
from engine.errors import VersionNotFound
from engine.queries import MigratedRow
from engine.runtime import Engine
from engine.services.migrations import CANNOT, CHOSEN, GAP, SAME, Effect, MigrationPlan, Move
from engine.store.tenancy import Scope

_VERDICTS = {
    SAME: "same place in the new version",
    CHOSEN: "goes where was chosen",
    GAP: "needs a mapping",
    CANNOT: "stays",
}


@click.group()
def migrate() -> None:
    """Move running cases to another version of their process. Nothing is moved unasked."""


def _about(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--map", "mapping", multiple=True, metavar="PROCESS/ELEMENT=ELEMENT", help="A choice, as plan asks for it."
        ),
        click.option("--to", "version", type=int, default=None, help="The number of the version; else the latest."),
        click.option("--authority", default="", help="Whose process it is."),
        click.argument("process"),
    ):
        command = option(command)
    return with_engine(command)


@migrate.command("plan")
@_about
def plan(engine: Engine, process: str, authority: str, version: int | None, mapping: tuple[str, ...]) -> None:
    """Say of each running case of PROCESS what moving it would come to. Nothing is changed."""
    scope = Scope(known_authority(engine.config, authority))
    found = engine.migrations.plan(_target(engine, scope, process, version), scope, _chosen(mapping))
    for line in _lines(found):
        click.echo(line)


@migrate.command("run")
@click.option("--reason", required=True, help="Why, for the story of each case.")
@click.option("--by", default="command line", show_default=True, help="Who moves them.")
@click.option("--new-timers", is_flag=True, help="Work waiting timers out again; else they keep their dates.")
@click.option("--new-due-dates", is_flag=True, help="Work due dates of open tasks out again; else they keep theirs.")
@click.option("--retry", is_flag=True, help="Try again what had failed.")
@click.option("--case", "cases", type=int, multiple=True, help="Only this case. May be given several times.")
@_about
def run(
    engine: Engine,
    process: str,
    authority: str,
    version: int | None,
    mapping: tuple[str, ...],
    reason: str,
    by: str,
    cases: tuple[int, ...],
    **how: bool,
) -> None:
    """Move the running cases of PROCESS, each in a transaction; those that can't be moved stay, and it is said why."""
    scope = Scope(known_authority(engine.config, authority))
    move = Move(_chosen(mapping), how["new_timers"], how["new_due_dates"], how["retry"])
    target = _target(engine, scope, process, version)
    number = engine.migrations.begin(target, reason, by, move, cases or None)
    engine.migrations.finish(number)
    _say(engine, scope, number)


@migrate.command("undo")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why, for the story of each case.")
@click.option("--by", default="command line", show_default=True, help="Who undoes it.")
@click.option("--authority", default="", help="Whose cases they are.")
@with_engine
def undo(engine: Engine, number: int, reason: str, by: str, authority: str) -> None:
    """Take move NUMBER back for all cases that have not moved on since."""
    scope = Scope(known_authority(engine.config, authority))
    with engine.reading(scope) as session:
        queries.migration(session, number)  # Refuses a move of another authority.
    engine.migrations.undo(number, reason, by)
    engine.migrations.finish(number)
    _say(engine, scope, number)


def _target(engine: Engine, scope: Scope, process: str, version: int | None) -> int:
    with engine.reading(scope) as session:
        latest = queries.latest_definition(session, process)
        found = [row for row in queries.versions(session, process) if row.version == version]
    if version is not None and not found:
        raise VersionNotFound(process=latest.name, version=version)
    return found[0].id if found else latest.id


def _chosen(mapping: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for each in mapping:
        key, equals, element = each.partition("=")
        if not (equals and element.strip() and "/" in key):
            raise click.BadParameter(f'"{each}" is not PROCESS/ELEMENT=ELEMENT, as `pathways migrate plan` names them.')
        chosen[key.strip()] = element.strip()
    return chosen


def _lines(found: MigrationPlan) -> Iterator[str]:
    yield f"{found.target.name}, to version {found.target.version}: {len(found.cases)} running on other versions."
    for case in found.cases:
        at = f" at {', '.join(case.at)}" if case.at else ""
        of = case.school_name or case.business_key
        why = f": {' '.join(case.why)}" if case.why else ""
        yield f"  case {case.id}{f' ({of})' if of else ''}, version {case.version}{at}: {_VERDICTS[case.verdict]}{why}"
    for gap, number in found.gaps:
        yield f"Choose for “{gap.at.name}” ({number} there): --map {gap.at.key}=ELEMENT, one of"
        for choice in gap.choices:
            likely = " (likely)" if choice.element == gap.suggested else ""
            follows = "goes on there" if choice.goes_on else "ends, and that begins anew"
            yield f"  {choice.element}: “{choice.name}”, {follows}{likely}"
    yield from map(_effect, found.effects)


def _effect(effect: Effect) -> str:
    at, to = effect.at.name if effect.at else "", effect.to.name if effect.to else ""
    said = {
        "goes-on": f"“{at}” goes on as “{to}”",
        "anew": f"“{at}” ends, and “{to}” begins anew",
        "lost": f"“{at}” waits no more",
        "fresh": f"“{to}” begins to wait",
    }
    return f"{said[effect.what]} (cases: {effect.cases})"


def _say(engine: Engine, scope: Scope, number: int) -> None:
    with engine.reading(scope) as session:
        done = queries.migration(session, number)
        rows = queries.migrated(session, number, per_page=done.total or 1).items
    click.echo(f"Move {number}: {done.moved} moved, {done.stayed} stayed, {done.undone} taken back.")
    for row in rows:
        if row.why:
            click.echo(f"  {_who(row)}: {row.why}")


def _who(row: MigratedRow) -> str:
    of = row.school_name or row.business_key
    return f"case {row.instance_id}{f' ({of})' if of else ''}"
