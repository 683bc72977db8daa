"""What is wrong with a document, by the field that it is wrong in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from engine.yaml_files import given_yaml


@dataclass(frozen=True)
class Problem:
    """Something that stands against a document. ``place`` is the entry and the field of it, such as ("appeal_days", "value");
    it is empty where the document as a whole is wrong. ``message`` is a sentence without its full stop."""

    place: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"{', '.join(self.place)}: {self.message}" if self.place else self.message


def read_part(data: bytes, name: str, wanted: type, problems: list[Problem]) -> Any:
    """What a YAML document says under its only name; an empty one of the type that is wanted where it cannot be read."""
    try:
        said = given_yaml(data)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        problems.append(Problem((), f"it cannot be read: {' '.join(str(error).split())}"))
        return wanted()
    part = said.get(name) if isinstance(said, dict) else None
    if not isinstance(part, wanted):
        problems.append(Problem((), f"it must say {name}: and then list them"))
        return wanted()
    return part


def wrong_text(value: Any, longest: int) -> str:
    """What is wrong with a text: that it is too long, or holds a character that cannot be written; nothing for a good one."""
    text = "" if value is None else str(value).strip()
    if len(text) > longest:
        return f"It must have {longest:,} characters or fewer"
    unusable = (each for each in text if (ord(each) < 32 and each not in "\n\t") or 0xD800 <= ord(each) < 0xE000)
    return "It holds a character that cannot be written" if any(unusable) else ""
