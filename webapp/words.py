"""How the pages say what a case is about, how a date was found, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def about(row: Any) -> str:
    """What a case or task is about: its school, else its business key, else that it is about no school."""
    return str(row.school_name or row.business_key or "No school")


def titled(row: Any) -> str:
    """The line above a heading: what it is about, and the process."""
    return " – ".join(each for each in (row.school_name or row.business_key, row.process_name) if each)


def reckoned(why: str) -> str:
    """How a date was found, as a sentence; nothing of a date that was given as it is, since it stands there already."""
    if not why or why.endswith(", as given"):
        return ""
    return f"{why[0].upper()}{why[1:]}."


def linked(problems: Mapping[str, str], targets: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """What is wrong, by field, as an error summary lists it: each leads to its field, or to the id that ``targets`` names."""
    return [{"text": text, "href": f"#{(targets or {}).get(field, field)}"} for field, text in problems.items()]
