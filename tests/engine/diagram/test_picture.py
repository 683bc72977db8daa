"""A diagram as a picture: everything that is drawn stands in it, and marks are told apart without colour."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine.diagram import read
from engine.diagram.glyphs import wrapped
from engine.diagram.picture import SVG, Marks, picture
from engine.errors import DiagramRefused

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(ROOT.glob("processes/*/*.bpmn"))
ESCALATION = ROOT / "processes/barnsley/barnsley-escalation.bpmn"


def drawn(path: Path, marks: Marks | None = None) -> etree._Element:
    return etree.fromstring(picture(path.read_bytes(), path.name, "A title", marks))


def texts(svg: etree._Element) -> str:
    return " ".join(" ".join(str(t) for t in each.itertext()) for each in svg.iter(f"{{{SVG}}}text"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_name_of_a_shipped_diagram_stands_in_its_picture(path: Path) -> None:
    said = "".join(texts(drawn(path)).split())
    names = ["".join(each.name.split()) for each in read(path.read_bytes(), path.name).elements.values()]
    assert [name for name in names if name not in said] == []


def test_it_has_a_title_and_the_size_of_what_is_drawn() -> None:
    svg = drawn(ESCALATION)
    assert svg.findtext(f"{{{SVG}}}title") == "A title"
    width, height = (float(each) for each in svg.get("viewBox", "").split()[2:])
    assert width > 500
    assert height > 100


def test_where_a_case_stands_and_has_been_is_said_by_a_word_and_a_tick() -> None:
    plain = drawn(ESCALATION)
    marked = drawn(ESCALATION, Marks(done=frozenset({"document-evidence"}), now=frozenset({"consider-evidence"})))
    assert "now" in texts(marked).split()
    assert "now" not in texts(plain).split()
    ticks = [each for each in marked.iter(f"{{{SVG}}}path") if each.get("stroke") == "#00703c"]
    assert len(ticks) == 1


def test_a_flow_that_was_taken_is_thicker() -> None:
    flow = next(iter(read(ESCALATION.read_bytes(), "e").flows))
    taken = drawn(ESCALATION, Marks(flows=frozenset({flow})))
    assert [each.get("stroke-width") for each in taken.iter(f"{{{SVG}}}polyline")].count("3.5") == 1


def test_a_badge_stands_beside_its_element() -> None:
    assert "12 here" in texts(drawn(ESCALATION, Marks(badges={"consider-evidence": "12 here"})))


def test_a_file_without_a_drawing_gives_an_empty_picture() -> None:
    xml = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'
    assert texts(etree.fromstring(picture(xml, "p.bpmn", "P"))) == ""


def test_hostile_xml_is_refused() -> None:
    with pytest.raises(DiagramRefused):
        picture(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "x.bpmn", "X")


@pytest.mark.parametrize(("text", "lines"), [("", []), ("one", ["one"]), ("one two three", ["one two", "three"])])
def test_a_text_is_broken_between_words(text: str, lines: list[str]) -> None:
    assert wrapped(text, 40) == lines


def test_where_there_is_more_the_hatching_is_denser() -> None:
    svg = drawn(ESCALATION, Marks(heat={"document-evidence": 1, "consider-evidence": 4}))
    apart = {each.get("id"): float(each.get("width", "")) for each in svg.iter(f"{{{SVG}}}pattern")}
    used = [each.get("fill") for each in svg.iter(f"{{{SVG}}}rect") if (each.get("fill") or "").startswith("url")]
    assert sorted(used) == ["url(#hatching-1)", "url(#hatching-4)"]
    assert apart["hatching-4"] < apart["hatching-1"]


def test_a_shape_is_a_link_where_it_leads_somewhere() -> None:
    svg = drawn(ESCALATION, Marks(links={"consider-evidence": ("/cases?a=1&b=2", "Consider: 2 cases")}))
    [link] = svg.iter(f"{{{SVG}}}a")
    assert (link.get("href"), link.get("aria-label")) == ("/cases?a=1&b=2", "Consider: 2 cases")
    assert svg.get("role") == "group", "the parts of a picture are not read out"


def test_notes_stand_on_steps_and_ways() -> None:
    flow = next(iter(read(ESCALATION.read_bytes(), "e").flows))
    said = texts(drawn(ESCALATION, Marks(notes={"consider-evidence": "3 days", flow: "67%"})))
    assert ("3 days" in said, "67%" in said) == (True, True)
