"""``pathways audit``: whether the audit trail is whole, and its entries as a file."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TextIO

import click

from engine.cli.common import known_authority, with_engine
from engine.queries import AuditFilters, AuditRow, audit_entries
from engine.runtime import Engine

#: The columns of a file.
COLUMNS = tuple(AuditRow.__dataclass_fields__)


@click.group("audit")
def audit() -> None:
    """The audit trail: look whether it is whole, and write it to a file."""


@audit.command("verify")
@click.option("--authority", help="Whose chain; every authority's and the installation's unless given.")
@click.option("--head", default="", help="A hash that was printed before: the chain must still have that entry.")
@with_engine
def verify(engine: Engine, authority: str | None, head: str) -> None:
    """Look at every entry, and name what was altered, removed or put elsewhere.

    Prints the hash with which each chain ends. Keep it somewhere else, and hand it in later as --head: whoever can write to
    the database could make a new chain, but not one with that hash in it.
    """
    if head and authority is None:
        raise click.UsageError("--head is the hash of one chain: say whose by --authority.")
    wrong = 0
    for each in engine.audit.chains() if authority is None else [_known(engine, authority)]:
        found = engine.audit.verify(each, head)
        said = f"{each or 'the installation'}: {found.entries} entries, ending with {found.head}"
        click.echo(f"{said}. {'Whole.' if not found.wrong else 'NOT WHOLE:'}")
        for line in found.wrong:
            click.echo(f"  {line}")
        wrong += bool(found.wrong)
    if wrong:
        raise click.ClickException("The audit trail is not what it was. Tell the information-governance officer.")


@audit.command("export")
@click.option("--authority", default="", help="Whose entries; the installation's own unless given.")
@click.option("--format", "ending", type=click.Choice(["csv", "jsonl"]), default="jsonl", show_default=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day (UTC).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day (UTC).")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; else to the screen.")
@with_engine
def export(
    engine: Engine, authority: str, ending: str, since: datetime | None, until: datetime | None, output: TextIO
) -> None:
    """Write entries, the oldest first, as CSV or as JSON Lines (one JSON object a line)."""
    after = _midnight(until.date() + timedelta(days=1)) if until else None
    filters = AuditFilters(since=_midnight(since.date()) if since else None, until=after)
    with engine.reading() as session:
        rows = audit_entries(session, _known(engine, authority), filters)
        if ending == "csv":
            out = csv.writer(output)
            out.writerow(COLUMNS)
            out.writerows([_cell(each) for each in _values(row).values()] for row in rows)
        else:
            output.writelines(f"{json.dumps(_values(row))}\n" for row in rows)


def _known(engine: Engine, authority: str) -> str:
    return known_authority(engine.config, authority) if authority else authority


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _values(row: AuditRow) -> dict[str, Any]:
    return {**asdict(row), "at": row.at.isoformat()}


def _cell(value: Any) -> Any:
    """A value in CSV; a text that a spreadsheet program would take for a formula begins with an apostrophe."""
    if isinstance(value, dict):
        return json.dumps(value) if value else ""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
