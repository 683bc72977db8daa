"""Line charts as pictures that need no script."""

from __future__ import annotations

import base64
import sys

from lxml import etree

from webapp import charts


def svg(**series: list[float | None]) -> str:
    address = charts.lines(["autumn", "spring"], series, "days")
    kind, content = address.split(",", 1)
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(content).decode()


def test_it_is_svg_with_its_labels_and_unit() -> None:
    found = svg(primary=[1.0, 2.0], secondary=[None, 3.0])
    assert etree.fromstring(found.encode()).tag == "{http://www.w3.org/2000/svg}svg"
    for text in ("autumn", "spring", "days", "primary", "secondary"):
        assert f">{text}<" in found


def test_it_runs_no_script() -> None:
    assert "<script" not in svg(a=[1.0, 2.0])


def test_a_line_without_a_value_is_drawn() -> None:
    assert "svg" in svg(a=[None, None])


def test_no_more_lines_are_drawn_than_can_be_told_apart() -> None:
    found = svg(**{f"line{n}": [1.0, 2.0] for n in range(charts.MOST_LINES + 3)})
    assert f">line{charts.MOST_LINES - 1}<" in found
    assert f">line{charts.MOST_LINES}<" not in found


def test_names_are_escaped() -> None:
    assert "&lt;b&gt;" in svg(**{"<b>": [1.0, 2.0], "other": [1.0, 2.0]})


def test_whatever_is_imported_afterwards_is_found_as_before() -> None:
    assert all(hasattr(each, "find_spec") for each in sys.meta_path)
