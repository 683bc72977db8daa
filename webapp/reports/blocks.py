"""A report's text as what it consists of: headings, paragraphs, list items and tables, which Word and PDF write alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token

from webapp.forms.markdown import parsed

#: Part of a line: its text, whether it is bold or in italics, and the address that it links to.
Run = dict[str, Any]
_OPENS = {"heading_open", "paragraph_open"}


@dataclass
class _Reading:
    """How far the tokens are read: inside which lists, each with the number of its last item, and in which table."""

    base: str
    lists: list[int | None] = field(default_factory=list)
    rows: list[list[list[Run]]] | None = None


def blocks(text: str, base: str) -> list[dict[str, Any]]:
    """What a text consists of; links within Pathways begin with the address ``base``."""
    reading = _Reading(base)
    return list(_blocks(parsed(text, tables=True), reading))


def _blocks(tokens: Sequence[Token], reading: _Reading) -> Iterator[dict[str, Any]]:
    for at, token in enumerate(tokens):
        if token.type == "table_close" and reading.rows is not None:
            yield {"kind": "table", "rows": reading.rows}
            reading.rows = None
        elif token.type in _OPENS:
            yield _block(token, tokens[at + 1], reading)
        elif token.type == "hr":
            yield {"kind": "rule"}
        else:
            _note(token, tokens[at + 1] if at + 1 < len(tokens) else token, reading)


def _note(token: Token, following: Token, reading: _Reading) -> None:
    """Note where in lists and tables the next block stands."""
    match token.type:
        case "table_open":
            reading.rows = []
        case "tr_open" if reading.rows is not None:
            reading.rows.append([])
        case "th_open" | "td_open" if reading.rows:
            reading.rows[-1].append(_runs(following, reading.base))
        case "bullet_list_open":
            reading.lists.append(None)
        case "ordered_list_open":
            reading.lists.append(int(token.attrGet("start") or 1) - 1)
        case "bullet_list_close" | "ordered_list_close":
            reading.lists.pop()
        case "list_item_open" if reading.lists and reading.lists[-1] is not None:
            reading.lists[-1] += 1


def _block(token: Token, inline: Token, reading: _Reading) -> dict[str, Any]:
    runs = _runs(inline, reading.base)
    if token.type == "heading_open":
        return {"kind": "heading", "level": max(1, min(int(token.tag[1]) - 1, 3)), "runs": runs}
    if reading.lists:
        return {"kind": "item", "depth": len(reading.lists), "number": reading.lists[-1], "runs": runs}
    return {"kind": "paragraph", "runs": runs}


#: Which mark of a run each token turns on or off.
_MARKS = {"strong_open": "bold", "strong_close": "bold", "em_open": "italic", "em_close": "italic"}


def _runs(inline: Token, base: str) -> list[Run]:
    marks: Run = {"bold": False, "italic": False, "link": ""}
    found: list[Run] = []
    for each in inline.children or []:
        if each.type in _MARKS:
            marks = {**marks, _MARKS[each.type]: each.nesting == 1}
        elif each.type in ("link_open", "link_close"):
            marks = {**marks, "link": _address(str(each.attrGet("href") or ""), base)}
        else:
            text = " " if each.type in ("softbreak", "hardbreak") else each.content
            found += [{"text": text, **marks}] if text else []
    return found


def _address(link: str, base: str) -> str:
    return f"{base}{link}" if link.startswith("/") else link
