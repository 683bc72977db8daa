"""The small marks of BPMN inside a picture's shapes (BPMN 2.0.2 tables 7.1 and 10.93), and the texts on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

#: The size of letters, the height of a line and about the width of a letter, in pixels of the diagram.
SIZE, LINE, CHARACTER = 11.0, 13.0, 5.4
#: Fonts that a printed document and a browser have; the first stands inside the PDF writer.
FONT = "Libertinus Serif, Liberation Sans, Arial, sans-serif"
INK = "#0b0c0c"


@dataclass(frozen=True)
class Box:
    """A rectangle in the diagram's units: its upper left corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def attributes(self) -> dict[str, str]:
        """As SVG writes it."""
        names = ("x", self.x), ("y", self.y), ("width", self.width), ("height", self.height)
        return {name: f"{value:g}" for name, value in names}


def wrapped(text: str, width: float) -> list[str]:
    """A text in lines that fit a width, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and (len(lines[-1]) + 1 + len(word)) * CHARACTER <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def label(
    svg: etree._Element,
    text: str,
    box: Box,
    colour: str,
    more: Mapping[str, str] | None = None,
    room: float = 0,
) -> None:
    """Write a text in the middle of a box; ``room`` is how wide a line may be, when that is not the box's width."""
    lines = wrapped(text, (room or box.width) - 6)
    if not lines:
        return
    x, y = box.middle
    fixed = {"font-family": FONT, "font-size": f"{SIZE:g}", "fill": colour, "text-anchor": "middle"}
    here = etree.SubElement(svg, "text", {**fixed, **(more or {})})
    top = y - LINE * (len(lines) - 1) / 2 + SIZE * 0.35
    for number, line in enumerate(lines):
        etree.SubElement(here, "tspan", {"x": f"{x:g}", "y": f"{top + LINE * number:g}"}).text = line


def badge(svg: etree._Element, text: str, box: Box, colour: str) -> None:
    """A short text in a dark field on the upper right corner of a shape."""
    width = CHARACTER * 1.1 * len(text) + 10
    field = Box(box.x + box.width - width / 2, box.y - 9, width, 18)
    etree.SubElement(svg, "rect", {**field.attributes(), "rx": "9", "fill": colour})
    label(svg, text, field, "#ffffff", {"font-weight": "bold"}, room=width * 2)


#: How far apart the lines of a hatching are, the first level first: nearer where there is more.
HATCHINGS = (14, 9, 6, 4)


def hatchings(svg: etree._Element) -> None:
    """Define the hatchings, from light to dense: what colour alone would not tell everybody."""
    defined = etree.SubElement(svg, "defs")
    for level, apart in enumerate(HATCHINGS, start=1):
        tile = {"id": f"hatching-{level}", "width": str(apart), "height": str(apart), "patternUnits": "userSpaceOnUse"}
        pattern = etree.SubElement(defined, "pattern", {**tile, "patternTransform": "rotate(45)"})
        etree.SubElement(
            pattern, "rect", {"width": "1.4", "height": str(apart), "fill": "#0b3a5b", "fill-opacity": "0.55"}
        )


def hatch(svg: etree._Element, box: Box, level: int) -> None:
    """Hatch a shape's rectangle, the more densely the higher the level."""
    etree.SubElement(svg, "rect", {**box.attributes(), "rx": "10", "fill": f"url(#hatching-{level})"})


def link(svg: etree._Element, box: Box, address: str, text: str) -> etree._Element:
    """A link over a shape's rectangle; what is drawn into it leads there, too."""
    made = etree.SubElement(svg, "a", {"href": address, "aria-label": text})
    etree.SubElement(made, "title").text = text
    etree.SubElement(made, "rect", {**box.attributes(), "fill": INK, "fill-opacity": "0"})
    return made


def note(svg: etree._Element, text: str, middle: tuple[float, float]) -> None:
    """A short text in a light field around a point."""
    width = CHARACTER * 1.1 * len(text) + 8
    field = Box(middle[0] - width / 2, middle[1] - 8, width, 16)
    frame = {"rx": "3", "fill": "#ffffff", "stroke": INK, "stroke-width": "0.8"}
    etree.SubElement(svg, "rect", {**field.attributes(), **frame})
    label(svg, text, field, INK, room=width * 2)


def check(svg: etree._Element, box: Box, colour: str) -> None:
    """A tick in the lower right corner of a shape."""
    x, y = box.x + box.width - 18, box.y + box.height - 14
    path = f"M {x:g} {y + 4:g} l 4 4 l 8 -9"
    etree.SubElement(svg, "path", {"d": path, "fill": "none", "stroke": colour, "stroke-width": "2.5"})


#: Each mark as a path in a square of twenty, the middle at (10, 10).
_PATHS = {
    "exclusiveGateway": "M 5 5 L 15 15 M 15 5 L 5 15",
    "parallelGateway": "M 10 3 V 17 M 3 10 H 17",
    "inclusiveGateway": "M 4 10 a 6 6 0 1 0 12 0 a 6 6 0 1 0 -12 0",
    "eventBasedGateway": "M 10 4 L 16 8.5 L 13.7 15.5 H 6.3 L 4 8.5 Z",
    "complexGateway": "M 10 3 V 17 M 3 10 H 17 M 5 5 L 15 15 M 15 5 L 5 15",
    "timer": "M 3 10 a 7 7 0 1 0 14 0 a 7 7 0 1 0 -14 0 M 10 5 V 10 L 14 12",
    "message": "M 3 5 H 17 V 15 H 3 Z M 3 5 L 10 11 L 17 5",
    "signal": "M 10 4 L 17 15 H 3 Z",
    "error": "M 4 16 L 8 6 L 11 13 L 16 4",
    "escalation": "M 10 4 L 15 16 L 10 12 L 5 16 Z",
    "conditional": "M 4 4 H 16 V 16 H 4 Z M 6 7 H 14 M 6 10 H 14 M 6 13 H 14",
    "compensate": "M 10 5 V 15 L 3 10 Z M 17 5 V 15 L 10 10 Z",
    "link": "M 3 8 H 11 V 5 L 17 10 L 11 15 V 12 H 3 Z",
    "terminate": "M 5 10 a 5 5 0 1 0 10 0 a 5 5 0 1 0 -10 0",
    "userTask": "M 7 6 a 3 3 0 1 0 6 0 a 3 3 0 1 0 -6 0 M 4 17 V 14 Q 4 11 10 11 Q 16 11 16 14 V 17 Z",
    "sendTask": "M 3 5 H 17 V 15 H 3 Z M 3 5 L 10 11 L 17 5",
    "receiveTask": "M 3 5 H 17 V 15 H 3 Z M 3 5 L 10 11 L 17 5",
    "scriptTask": "M 5 3 H 15 V 17 H 5 Z M 7 7 H 13 M 7 10 H 13 M 7 13 H 13",
    "businessRuleTask": "M 3 4 H 17 V 16 H 3 Z M 3 8 H 17 M 8 8 V 16 M 3 12 H 17",
    "serviceTask": "M 10 3 V 17 M 3 10 H 17 M 5 5 L 15 15 M 15 5 L 5 15 M 6 10 a 4 4 0 1 0 8 0 a 4 4 0 1 0 -8 0",
}


def glyph(svg: etree._Element, kind: str, box: Box) -> None:
    """Draw the mark of a kind: of a task in its upper left corner, of an event or gateway in its middle; others have none."""
    path = _PATHS.get(kind)
    if path is None:
        return
    corner = kind.endswith("Task")
    scale = 0.8 if corner else box.width / 36
    x, y = (box.x + 4, box.y + 4) if corner else (box.middle[0] - 10 * scale, box.middle[1] - 10 * scale)
    look = {"fill": INK if kind == "terminate" else "none", "stroke": INK, "stroke-width": "1.3"}
    etree.SubElement(svg, "path", {"d": path, "transform": f"translate({x:g} {y:g}) scale({scale:g})", **look})
