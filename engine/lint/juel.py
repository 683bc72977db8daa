"""Expressions of other engines, ``${...}`` and ``#{...}`` (JUEL), as FEEL: only the simple ones, to be offered to a
person."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"=?\s*[$#]\{([^{}]{1,200})\}\s*")
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^'"\\]*'|"[^'"\\]*")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[<>+\-*/()!]))"""
)
_SIGNS = {"==": "=", "&&": "and", "||": "or"}
_WORDS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "div": "/"}
_UNLIKE = frozenset(["empty", "mod", "instanceof", "not"])


def as_feel(text: str) -> str:
    """Give the FEEL that means the same as ``text``; empty when it is no single, simple expression."""
    whole = _WHOLE.fullmatch(text)
    tokens = _tokens(whole[1].strip()) if whole else None
    return " ".join(tokens).replace("( ", "(").replace(" )", ")") if tokens else ""


def _tokens(text: str) -> list[str] | None:
    """Give FEEL's tokens, or None when there is something that FEEL says otherwise: a call, a choice, ``!``..."""
    found: list[str] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or _is_call(token, text) or token["sign"] == "!" or token["name"] in _UNLIKE:
            return None
        found.append(_feel(token))
        at = token.end()
    return found


def _is_call(token: re.Match[str], text: str) -> bool:
    return token["name"] is not None and token["name"] not in {"and", "or"} and text[token.end() :].lstrip()[:1] == "("


def _feel(token: re.Match[str]) -> str:
    if token["text"]:
        return f'"{token["text"][1:-1]}"'
    if token["sign"]:
        return _SIGNS.get(token["sign"], token["sign"])
    return token["number"] or _WORDS.get(token["name"], token["name"])
