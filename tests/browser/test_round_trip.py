"""Every diagram and every decision table is opened, edited and saved in the modellers, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from engine.decisions import parse_decisions
from engine.diagram import read

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = ROOT / "node_modules"
DIAGRAMS = sorted(ROOT.glob("processes/*/*.bpmn"))
TABLES = sorted(ROOT.glob("processes/*/*.dmn"))
#: What is typed into each: the edit that has to be there afterwards, and be all that is different.
EDIT = "Edited in the modeller"
#: What dmn-js leaves out, since it is the default (DMN 1.3 section 8.2.8).
UNIQUE = ("hitPolicy", "UNIQUE")
BPMN = """async ([xml, camunda, element, name]) => {
  const modeler = new BpmnJS({ container: '#place', moddleExtensions: { camunda } });
  const { warnings } = await modeler.importXML(xml);
  const shape = modeler.get('elementRegistry').get(element);
  modeler.get('modeling').updateProperties(shape, { name });
  const saved = (await modeler.saveXML({ format: true })).xml;
  modeler.destroy();
  return { warnings: warnings.map(each => each.message || String(each)), saved };
}"""
DMN = """async ([xml, annotation]) => {
  const modeler = new DmnJS({ container: '#place' });
  const { warnings } = await modeler.importXML(xml);
  const view = modeler.getViews().find(each => each.type === 'decisionTable');
  await modeler.open(view);
  const sheet = modeler.getActiveViewer().get('sheet').getRoot();
  const rule = sheet.businessObject.rule[0];
  modeler.getActiveViewer().get('modeling').updateProperties(sheet.rows[0], { description: annotation });
  const saved = (await modeler.saveXML({ format: true })).xml;
  return { warnings: warnings.map(String), saved, rules: sheet.businessObject.rule.length };
}"""


def page_with(browser: Browser, *scripts: str) -> Page:
    page = browser.new_page()
    page.set_content("<!doctype html><div id=place style='width: 900px; height: 600px'></div>")
    for script in scripts:
        page.add_script_tag(path=MODULES / script)
    return page


@pytest.fixture(scope="module")
def bpmn_js(chromium: Callable[[], Browser]) -> Iterator[Callable[[bytes, str], dict[str, Any]]]:
    page = page_with(chromium(), "bpmn-js/dist/bpmn-modeler.production.min.js")
    camunda = page.evaluate(
        "text => JSON.parse(text)", (MODULES / "camunda-bpmn-moddle/resources/camunda.json").read_text()
    )
    yield lambda xml, element: page.evaluate(BPMN, [xml.decode(), camunda, element, EDIT])
    page.close()


@pytest.fixture(scope="module")
def dmn_js(chromium: Callable[[], Browser]) -> Iterator[Callable[[bytes], dict[str, Any]]]:
    page = page_with(chromium(), "dmn-js/dist/dmn-modeler.production.min.js")
    yield lambda xml: page.evaluate(DMN, [xml.decode(), EDIT])
    page.close()


def parts(xml: bytes) -> set[tuple[Any, ...]]:
    """Every element of an XML file with its attributes, its text and its place; prefixes and order count for nothing."""
    found = set()
    for element in etree.fromstring(xml).iter(etree.Element):
        path = tuple(ancestor.get("id") or etree.QName(ancestor).localname for ancestor in element.iterancestors())
        attributes = tuple(
            sorted((name, _plain(value)) for name, value in element.attrib.items() if (name, value) != UNIQUE)
        )
        found.add((etree.QName(element).text, path, attributes, " ".join((element.text or "").split())))
    return found


def _plain(value: str) -> str:
    """A number as a number, and a type without its prefix: modellers write both as they like."""
    try:
        return f"{float(value):g}"
    except ValueError:
        return value.rsplit(":", 1)[-1] if value.startswith("bpmn:") else value


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_survives_the_modeller(path: Path, bpmn_js: Callable[[bytes, str], dict[str, Any]]) -> None:
    before = path.read_bytes()
    task = next(e for e in read(before, path.name).elements.values() if e.kind in ("userTask", "callActivity"))
    done = bpmn_js(before, task.id)
    assert done["warnings"] == []
    saved = done["saved"].encode()
    assert read(saved, path.name).elements[task.id].name == EDIT
    undone = saved.replace(f'name="{EDIT}"'.encode(), b'name="' + _attribute(before, task.id).encode() + b'"')
    assert parts(before) - parts(undone) == set(), "nothing that was there is gone"
    gained = parts(undone) - parts(before)
    assert {(tag.rsplit("}", 1)[1], attributes) for tag, _, attributes, _ in gained} <= {("BPMNLabel", ())}, (
        "bpmn-js marks what was renamed as having a label, and adds nothing else"
    )


def _attribute(xml: bytes, element: str) -> str:
    """The name of an element, as an attribute of XML."""
    name = next(e.get("name") or "" for e in etree.fromstring(xml).iter() if e.get("id") == element)
    return (
        name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;").replace("'", "&#39;")
        if "&" in name
        else name
    )


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_decision_table_survives_the_modeller(path: Path, dmn_js: Callable[[bytes], dict[str, Any]]) -> None:
    before = path.read_bytes()
    done = dmn_js(before)
    assert done["warnings"] == []
    saved = done["saved"].encode()
    assert EDIT in done["saved"]
    assert parse_decisions(saved, path.name).keys() == parse_decisions(before, path.name).keys()
    lost = parts(before) - parts(saved)
    assert lost == set(), "nothing that was there is gone"


def test_the_panel_writes_what_it_reads() -> None:
    """Every field of the modeller's panel on every element of every diagram, written as it was read, changes nothing."""
    script = [str(each) for each in (ROOT / "tests/browser/panel.mjs", *DIAGRAMS)]
    done = subprocess.run(["node", *script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["wrong"] == []
