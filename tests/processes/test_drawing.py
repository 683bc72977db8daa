"""The shipped diagrams say by their drawing what they do: what is attached lies on its activity, and arrows end where they lead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted(ROOT.glob("processes/*/*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
#: How far off a shape's border a point may lie and still touch it, in the diagram's pixels.
TOUCHES = 2.0


@dataclass(frozen=True)
class Box:
    """The bounds of a shape."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, other: Box) -> bool:
        """Whether another box, such as a point, lies inside."""
        across = self.left - TOUCHES <= other.left and other.right <= self.right + TOUCHES
        return across and self.top - TOUCHES <= other.top and other.bottom <= self.bottom + TOUCHES

    def from_border(self, x: float, y: float) -> float:
        """How far a point is from the border, inside or outside."""
        outside = max(self.left - x, x - self.right, self.top - y, y - self.bottom)
        return abs(outside)


def boxes(root: ElementTree.Element) -> dict[str, Box]:
    """The bounds of each element that is drawn as a shape."""
    found = {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(BOUNDS)
        assert bounds is not None
        x, y, width, height = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement", "")] = Box(x, y, x + width, y + height)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_boundary_event_is_drawn_on_what_it_is_attached_to(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    drawn = boxes(root)
    off = {
        event.get("id", ""): event.get("attachedToRef", "")
        for event in root.iter(f"{BPMN}boundaryEvent")
        if drawn[event.get("attachedToRef", "")].from_border(*drawn[event.get("id", "")].centre) > TOUCHES
    }
    assert off == {}, "Put the middle of these on the border of the activity:"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exclusive_gateway_shows_its_marker(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    marked = {
        each.get("bpmnElement", "") for each in root.iter(f"{DI}BPMNShape") if each.get("isMarkerVisible") == "true"
    }
    blank = {each.get("id", "") for each in root.iter(f"{BPMN}exclusiveGateway")} - marked
    assert blank == set(), 'Give the shapes of these isMarkerVisible="true", as modellers do:'


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_arrow_begins_and_ends_where_the_flow_does(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    drawn = boxes(root)
    ends = {
        flow.get("id", ""): (flow.get("sourceRef", ""), flow.get("targetRef", ""))
        for kind in ("sequenceFlow", "association", "messageFlow")
        for flow in root.iter(f"{BPMN}{kind}")
    }
    off = set()
    for edge in root.iter(f"{DI}BPMNEdge"):
        points = [(float(point.get("x", "")), float(point.get("y", ""))) for point in edge.iter(WAYPOINT)]
        for element, point in zip(ends[edge.get("bpmnElement", "")], (points[0], points[-1]), strict=True):
            if drawn[element].from_border(*point) > TOUCHES:
                off.add((edge.get("bpmnElement"), element))
    assert off == set(), "These arrows do not touch the element that they begin or end at:"


def around(root: ElementTree.Element) -> dict[str, str]:
    """By element the lane that it stands in; by what stands in none, such as a lane, the pool of a diagram that has one."""
    lanes = {
        ref.text or "": lane.get("id", "")
        for lane in root.iter(f"{BPMN}lane")
        for ref in lane.iter(f"{BPMN}flowNodeRef")
    }
    pools = [pool.get("id", "") for pool in root.iter(f"{BPMN}participant")]
    return {each: lanes.get(each, pools[0]) for each in boxes(root).keys() - set(pools)} if len(pools) == 1 else lanes


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pool_and_a_lane_hold_all_that_they_draw(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    drawn = boxes(root)
    out = [each for each, held in around(root).items() if not drawn[held].holds(drawn[each])]
    assert out == [], "These reach out of their lane or pool:"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_arrow_stays_in_the_pool(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    pools = [boxes(root)[pool.get("id", "")] for pool in root.iter(f"{BPMN}participant")]
    points = [(float(point.get("x", "")), float(point.get("y", ""))) for point in root.iter(WAYPOINT)]
    lost = [point for point in points if not any(pool.holds(Box(*point, *point)) for pool in pools)]
    assert lost == []


#: A3 across, without the 5 mm at each edge that printers leave free; in points of a 72nd of an inch.
A3 = (420 - 10) / 25.4 * 72, (297 - 10) / 25.4 * 72
#: The smallest text of a drawing, beside events and arrows, in its pixels (bpmn-js: the default of 12, less one).
SMALLEST = 11
#: Below this size, in points, a printed diagram cannot be read on a wall.
LEGIBLE = 7


def extent(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height of all that is drawn."""
    drawn = list(boxes(root).values())
    return max(box.right for box in drawn) - min(box.left for box in drawn), max(box.bottom for box in drawn) - min(
        box.top for box in drawn
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_diagram_can_be_read_at_a3(path: Path) -> None:
    width, height = extent(ElementTree.parse(path).getroot())
    size = SMALLEST * min(A3[0] / width, A3[1] / height)
    assert size >= LEGIBLE, (
        f"{width:.0f} x {height:.0f}: cut out a called process, or draw what is free closer together"
    )
