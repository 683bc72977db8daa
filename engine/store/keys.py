"""How the keys of messages are written and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: How much of a correlation key is stored and compared.
KEY_LENGTH = 250


def spellings(keys: Mapping[str, Any]) -> list[str]:
    """Every way in which the keys of a message may stand in a subscription."""
    found: dict[str, None] = {}
    for name, value in keys.items():
        for text in (f"{value}", f"{name} {value}", f"{name.upper()} {value}"):
            found[text[:KEY_LENGTH]] = None
    return list(found)
