"""Reading YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: libyaml's reader where PyYAML was built with it, as its wheels are: ten times as fast, and as safe.
_READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: How deep what somebody hands in may be nested, and how many bytes it may have.
DEEPEST, LARGEST = 20, 2_000_000


def read_yaml(path: Path) -> Any:
    """What a file holds, plain values only. Raises OSError, UnicodeDecodeError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_READER)  # noqa: S506 a safe reader


def given_yaml(data: bytes) -> Any:
    """What a stranger's text holds, plain values only. Aliases are refused, since a few lines of them could stand for more than
    a machine can hold, and so is what is nested too deep or too large. Raises UnicodeDecodeError and yaml.YAMLError."""
    if len(data) > LARGEST:
        raise yaml.YAMLError(f"it is larger than {LARGEST // 1_000_000} MB")
    text = data.decode("utf-8-sig")
    depth = 0
    for event in yaml.parse(text, Loader=_READER):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"{_line(event)} repeats another place (*{event.anchor}): write it out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"{_line(event)} is nested more than {DEEPEST} deep")
    return yaml.load(text, Loader=_READER)  # noqa: S506 a safe reader


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark is not None else "a line"


def as_yaml(data: Any) -> bytes:
    """Plain values as YAML that people read and edit."""
    said: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1_000)
    return said.encode()
