"""YAML files are read for plain values only."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]


def test_a_file_is_read_as_pyyaml_reads_it() -> None:
    file = ROOT / "config/authorities/luton.yaml"
    assert read_yaml(file) == yaml.safe_load(file.read_text(encoding="utf-8"))


def test_nothing_but_plain_values_is_made(tmp_path: Path) -> None:
    file = tmp_path / "object.yaml"
    file.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_yaml(file)
