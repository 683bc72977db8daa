"""A diagram as an SVG picture, drawn from its diagram interchange (BPMN 2.0.2 section 12), with where a case has been.

A picture is for print, where no browser draws: what is marked is told apart by shape and width of line, not by colour
alone. Called and collapsed processes are drawn closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.diagram.glyphs import CHARACTER, Box, badge, check, glyph, hatch, hatchings, label, link, note, wrapped
from engine.diagram.names import ACTIVITIES, EVENTS, GATEWAYS, SUBPROCESSES
from engine.diagram.nodes import attr, local, ref
from engine.diagram.xml import read_xml

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
SVG = "http://www.w3.org/2000/svg"
#: Space around what is drawn, in the diagram's own units (pixels).
MARGIN = 20
#: A name on a hatching stands out from it; it is there already, so that it is not read out again.
HALO = {
    "stroke": "#ffffff",
    "stroke-width": "4",
    "paint-order": "stroke",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
}
#: How far from its beginning a flow is noted.
BEGINS = 26
INK, DONE, DONE_FILL, NOW, NOW_FILL, QUIET = "#0b0c0c", "#00703c", "#e3f1e8", "#0b3a5b", "#d2e6f5", "#6b7176"


@dataclass(frozen=True)
class Marks:
    """What a picture says of a case: elements that were ``done``, where it stands ``now``, the ``flows`` that were taken.

    ``badges`` are short texts beside elements, by their ids; ``heat`` (1 to 4) hatches elements the more densely, the more
    there is of something; ``links`` are an address and a text by which elements lead elsewhere; ``notes`` are short texts on
    the lower edge of elements, and where flows begin.
    """

    done: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    badges: Mapping[str, str] = field(default_factory=dict)
    heat: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shape:
    node: etree._Element
    kind: str
    box: Box
    text: Box | None
    di: etree._Element


def picture(xml: bytes, file: str, title: str, marks: Marks | None = None) -> str:
    """Draw a diagram; ``title`` is what the picture is called. Raises DiagramRefused as reading does.

    A file without diagram interchange gives an empty picture.
    """
    root, marks = read_xml(xml, file), marks or Marks()
    known = {attr(node, "id"): node for node in root.iter() if attr(node, "id")}
    shapes = list(_shapes(root, known))
    edges = list(_edges(root, known))
    area = _area([shape.box for shape in shapes], [point for _, points, _ in edges for point in points])
    svg = _frame(area, title, marks)
    for shape in sorted(shapes, key=_layer):
        _draw(svg, shape, marks)
    for node, points, text in edges:
        _edge(svg, node, points, text, marks)
    _note_flows(svg, edges, marks)
    for shape in shapes:
        _mark(svg, shape, marks)
    return etree.tostring(svg, encoding="unicode")


def _frame(area: str, title: str, marks: Marks) -> etree._Element:
    # What holds links is a group: a picture's parts are not read out.
    role = "group" if marks.links else "img"
    size = dict(zip(("width", "height"), area.split()[2:], strict=True))
    svg = etree.Element("svg", {"viewBox": area, **size, "role": role, "aria-label": title, "xmlns": SVG})
    etree.SubElement(svg, "title").text = title
    if marks.heat:
        hatchings(svg)
    return svg


def _shapes(root: etree._Element, known: Mapping[str, etree._Element]) -> Iterator[_Shape]:
    for di in root.iter(f"{{{_DI}}}BPMNShape"):
        node, box = known.get(ref(di, "bpmnElement")), _bounds(di)
        if node is not None and box is not None:
            named = di.find(f"{{{_DI}}}BPMNLabel")
            yield _Shape(node, local(node), box, None if named is None else _bounds(named), di)


def _bounds(di: etree._Element) -> Box | None:
    found = di.find(f"{{{_DC}}}Bounds")
    if found is None:
        return None
    x, y, width, height = (_number(found.get(name)) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


Points = list[tuple[float, float]]


def _edges(
    root: etree._Element, known: Mapping[str, etree._Element]
) -> Iterator[tuple[etree._Element, Points, Box | None]]:
    for di in root.iter(f"{{{_DI}}}BPMNEdge"):
        node = known.get(ref(di, "bpmnElement"))
        points = [(_number(at.get("x")), _number(at.get("y"))) for at in di.iterfind(f"{{{_DD}}}waypoint")]
        if node is not None and len(points) > 1:
            named = di.find(f"{{{_DI}}}BPMNLabel")
            yield node, points, None if named is None else _bounds(named)


def _area(boxes: list[Box], points: Points) -> str:
    xs = [each for box in boxes for each in (box.x, box.x + box.width)] + [x for x, _ in points]
    ys = [each for box in boxes for each in (box.y, box.y + box.height)] + [y for _, y in points]
    if not xs:
        return "0 0 1 1"
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    return f"{left:g} {top:g} {max(xs) + MARGIN - left:g} {max(ys) + 2 * MARGIN - top:g}"


def _layer(shape: _Shape) -> int:
    """What lies beneath is drawn first: pools, lanes, open subprocesses, then the rest, boundary events last."""
    order = {"participant": 0, "lane": 1, "group": 2, "boundaryEvent": 5}
    return order.get(shape.kind, 3 if shape.kind in SUBPROCESSES else 4)


def _paint(shape: _Shape, marks: Marks) -> dict[str, str]:
    """Green and thick where it has been, blue and thicker where it stands: told apart by width too."""
    element = attr(shape.node, "id")
    if element in marks.now:
        return {"fill": NOW_FILL, "stroke": NOW, "stroke-width": "4"}
    if element in marks.done:
        return {"fill": DONE_FILL, "stroke": DONE, "stroke-width": "2.5"}
    return {"fill": "#ffffff", "stroke": INK, "stroke-width": "1.2"}


def _draw(svg: etree._Element, shape: _Shape, marks: Marks) -> None:
    for kinds, draw in (
        ({"participant", "lane"}, _lane),
        (ACTIVITIES, _activity),
        (GATEWAYS, _gateway),
        (EVENTS, _event),
        ({"textAnnotation"}, _note),
    ):
        if shape.kind in kinds:
            draw(svg, shape, _paint(shape, marks))
            return


def _lane(svg: etree._Element, shape: _Shape, _: dict[str, str]) -> None:
    box = shape.box
    etree.SubElement(svg, "rect", {**box.attributes(), "fill": "none", "stroke": QUIET, "stroke-width": "1"})
    middle = box.x + 15, box.y + box.height / 2
    turned = {"transform": f"rotate(-90 {middle[0]:g} {middle[1]:g})"}
    label(svg, attr(shape.node, "name"), Box(middle[0] - box.height / 2, middle[1] - 7, box.height, 14), INK, turned)


def _activity(svg: etree._Element, shape: _Shape, paint: dict[str, str]) -> None:
    box, expanded = shape.box, attr(shape.di, "isExpanded") == "true"
    dashed = {"stroke-dasharray": "4 3"} if attr(shape.node, "triggeredByEvent") == "true" else {}
    if expanded:
        paint = {**paint, "fill-opacity": "0.35"}
    if shape.kind == "callActivity":
        paint = {**paint, "stroke-width": str(float(paint["stroke-width"]) + 2)}
    etree.SubElement(svg, "rect", {**box.attributes(), "rx": "10", **paint, **dashed})
    inner = Box(box.x, box.y + 4, box.width, 16) if expanded else box
    label(svg, attr(shape.node, "name"), inner, INK)
    glyph(svg, shape.kind, box)


def _gateway(svg: etree._Element, shape: _Shape, paint: dict[str, str]) -> None:
    box = shape.box
    x, y = box.middle
    corners = (x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y)
    etree.SubElement(svg, "polygon", {"points": " ".join(f"{px:g},{py:g}" for px, py in corners), **paint})
    glyph(svg, shape.kind, box)
    _beside(svg, shape)


def _event(svg: etree._Element, shape: _Shape, paint: dict[str, str]) -> None:
    box = shape.box
    x, y = box.middle
    around = {"cx": f"{x:g}", "cy": f"{y:g}"}
    paint = {**paint, "stroke-width": str(float(paint["stroke-width"]) + (2 if shape.kind == "endEvent" else 0))}
    quiet = attr(shape.node, "cancelActivity") == "false" or attr(shape.node, "isInterrupting") == "false"
    dashed = {"stroke-dasharray": "4 3"} if quiet else {}
    etree.SubElement(svg, "circle", {**around, "r": f"{box.width / 2:g}", **paint, **dashed})
    if shape.kind in {"intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}:
        inner = {**around, "r": f"{box.width / 2 - 4:g}", "fill": "none", "stroke": paint["stroke"], **dashed}
        etree.SubElement(svg, "circle", inner)
    kinds = (local(child) for child in shape.node if local(child).endswith("EventDefinition"))
    glyph(svg, next(kinds, "").removesuffix("EventDefinition"), box)
    _beside(svg, shape)


def _note(svg: etree._Element, shape: _Shape, _: dict[str, str]) -> None:
    box = shape.box
    path = f"M {box.x + 15:g} {box.y:g} H {box.x:g} V {box.y + box.height:g} H {box.x + 15:g}"
    etree.SubElement(svg, "path", {"d": path, "fill": "none", "stroke": QUIET})
    label(svg, " ".join("".join(str(part) for part in shape.node.itertext()).split()), box, INK)


def _beside(svg: etree._Element, shape: _Shape) -> None:
    """The name of an event or gateway: where the drawing has it, else beneath."""
    name, box = attr(shape.node, "name"), shape.box
    place = shape.text or Box(box.middle[0] - 45, box.y + box.height + 4, 90, 14 * len(wrapped(name, 90)))
    label(svg, name, place, INK, room=max(place.width, 90))


def _edge(svg: etree._Element, node: etree._Element, points: Points, text: Box | None, marks: Marks) -> None:
    taken = attr(node, "id") in marks.flows
    colour = DONE if taken else (QUIET if local(node) == "association" else INK)
    line = {"fill": "none", "stroke": colour, "stroke-width": "3.5" if taken else "1.2"}
    dashed = {"stroke-dasharray": "6 4"} if local(node) != "sequenceFlow" else {}
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    etree.SubElement(svg, "polyline", {"points": path, **line, **dashed})
    if local(node) != "association":
        _arrow(svg, points, colour)
    if text is not None:
        label(svg, attr(node, "name"), text, INK, room=max(text.width, CHARACTER * 12))


def _arrow(svg: etree._Element, points: Points, colour: str) -> None:
    (x1, y1), (x, y) = points[-2:]
    length = ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5 or 1
    dx, dy = (x - x1) / length, (y - y1) / length
    back = x - 9 * dx, y - 9 * dy
    corners = (x, y), (back[0] - 4.5 * dy, back[1] + 4.5 * dx), (back[0] + 4.5 * dy, back[1] - 4.5 * dx)
    etree.SubElement(svg, "polygon", {"points": " ".join(f"{px:g},{py:g}" for px, py in corners), "fill": colour})


def _note_flows(svg: etree._Element, edges: list[tuple[etree._Element, Points, Box | None]], marks: Marks) -> None:
    for node, points, _ in edges:
        if attr(node, "id") in marks.notes:
            note(svg, marks.notes[attr(node, "id")], _along(points))


def _along(points: Points) -> tuple[float, float]:
    """A point on a flow, near where it begins."""
    (x, y), (x2, y2) = points[:2]
    length = ((x2 - x) ** 2 + (y2 - y) ** 2) ** 0.5 or 1
    part = min(BEGINS, length / 2) / length
    return x + (x2 - x) * part, y + (y2 - y) * part


def _mark(svg: etree._Element, shape: _Shape, marks: Marks) -> None:
    """A tick where it has been, and a short text where there is one: what colour says, said without it."""
    element, box = attr(shape.node, "id"), shape.box
    if element in marks.heat:
        hatch(svg, box, marks.heat[element])
        if shape.kind in ACTIVITIES:
            label(svg, attr(shape.node, "name"), box, INK, HALO)
    if element in marks.notes:
        note(svg, marks.notes[element], (box.middle[0], box.y + box.height))
    if element in marks.links:
        svg = link(svg, box, *marks.links[element])
    if element in marks.badges:
        badge(svg, marks.badges[element], box, NOW)
    elif element in marks.now and shape.kind in ACTIVITIES:
        badge(svg, "now", box, NOW)
    elif element in marks.done and shape.kind in ACTIVITIES:
        check(svg, box, DONE)
