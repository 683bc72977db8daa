"""Line charts as SVG (pygal), drawn on the server: as a picture that needs no script. The table beside it says the same."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence

import pygal
from lxml import etree
from pygal.style import Style

# pygal looks for plugins with maps by a finder of the kind that Python has given up, over which others stumble; we draw no maps.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

#: Colours that stand out from white, and from each other; lines are dashed in several ways, too.
_COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92", "#f47738", "#0b0c0c", "#28a197", "#801650")
_DASHES = ("", "8, 4", "2, 4", "12, 4, 2, 4")
#: Lines of a chart at most: more cannot be told apart.
MOST_LINES = 8
#: How wide a chart is.
WIDTH = 960


def height(number: int) -> int:
    """How high a chart of so many lines is, with their names below it."""
    return 430 + 30 * ((min(number, MOST_LINES) + 1) // 2)


def lines(
    labels: Sequence[str], series: Mapping[str, Sequence[float | None]], unit: str, most: float | None = None
) -> str:
    """A chart as the address of a picture; ``labels`` stand below it, ``unit`` beside its scale, which goes up to ``most``."""
    drawn_lines = list(series.items())[:MOST_LINES]
    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#0b0c0c",
        foreground_strong="#0b0c0c",
        foreground_subtle="#505a5f",
        colors=_COLOURS,
        font_family="arial, sans-serif",
        opacity="1",
        stroke_width="3",
        label_font_size=15,
        major_label_font_size=15,
        legend_font_size=15,
        title_font_size=15,
    )
    chart = pygal.Line(
        style=style,
        js=[],
        width=WIDTH,
        height=height(len(drawn_lines)),
        dots_size=4,
        legend_at_bottom=True,
        y_title=unit,
        range=(0, most) if most is not None else None,
        include_x_axis=True,
        show_x_guides=False,
        legend_at_bottom_columns=2,
        truncate_legend=-1,
        x_label_rotation=0,
        show_legend=len(series) > 1,
        margin_right=70,
        margin_bottom=60,
    )
    chart.x_labels = list(labels)
    for at, (name, values) in enumerate(drawn_lines):
        dashes = {"width": 3, "dasharray": _DASHES[at % len(_DASHES)]}
        chart.add(name, list(values), stroke_style=dashes, allow_interruptions=True)
    drawn = etree.fromstring(chart.render())
    etree.strip_elements(drawn, "{*}script", with_tail=False)  # a picture runs none
    return f"data:image/svg+xml;base64,{b64encode(etree.tostring(drawn)).decode()}"
