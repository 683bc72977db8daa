"""Reading YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: libyaml's reader where PyYAML was built with it, as its wheels are: ten times as fast, and as safe.
_READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """What a file holds, plain values only. Raises OSError, UnicodeDecodeError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_READER)  # noqa: S506 a safe reader
