"""What stands behind the ? of an address."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from engine.queries import Page

T = TypeVar("T")

#: The last page of a list that can be asked for: nobody turns so many.
LAST_PAGE = 100_000


def page_number() -> int:
    """Which page of a list is asked for: the first where the address says none that there can be."""
    asked = request.args.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= len(str(LAST_PAGE)) else 1
    return min(max(number, 1), LAST_PAGE)


def page_asked(read: Callable[[int], Page[T]]) -> Page[T]:
    """The page of a list that is asked for; where the list ends before it, its last, which is looked for by halves."""
    number = page_number()
    found = read(number)
    if found.items or number == 1:
        return found
    return read(max(bisect_left(range(1, number), True, key=lambda each: not read(each).items), 1))


def with_query(address: str, **other: Any) -> str:
    """An address that goes on with what the present one asks for, with ``other`` values for some of it; None takes one out.

    It is put together as text: what somebody writes into an address must not become an argument of ``url_for``.
    """
    asked = {**request.args.to_dict(flat=False), **other}
    query = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
    return f"{address}?{query}" if query else address
