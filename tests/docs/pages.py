"""``make docs``: the tables of docs/reference, and a page a process with its picture, roles, timers, decisions and clauses.

It stands among the tests since it needs what they need: bpmn-js draws the pictures in headless Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

import yaml
from lxml import etree
from playwright.sync_api import Page, sync_playwright

from engine.diagram import Diagram, Element, read
from engine.lint import properties
from engine.lint.supported import markdown
from engine.people.authorities import Authority, load_authorities
from tests.browser.chromium import launch

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / "var" / "docs"
DRAW = """async xml => {
  const viewer = new BpmnJS({ container: '#place' });
  await viewer.importXML(xml);
  const { svg } = await viewer.saveSVG();
  viewer.destroy();
  return svg;
}"""
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="docs.css"><main><p><a href="index.html">All processes</a></p>
<h1>{title}</h1>{body}</main></html>
"""
STYLE = """body { font: 16px/1.5 arial, sans-serif; margin: 0; color: #0b0c0c } main { max-width: 1100px; margin: 0 auto; padding: 20px }
img { max-width: 100%; border: 1px solid #b1b4b6 } table { border-collapse: collapse; width: 100%; margin-bottom: 24px }
th, td { border-bottom: 1px solid #b1b4b6; padding: 6px; text-align: left; vertical-align: top } pre { white-space: pre-wrap }
"""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows as an HTML table; nothing when there are none."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else "<p>None.</p>"


def described(diagram: Diagram, key: str, roles: dict[str, str], clauses: dict[str, Any], folder: Path) -> str:
    """The sections of a process's page."""
    elements = [each for each in diagram.elements.values() if each.process == key]
    tasks = [each for each in elements if each.kind == "userTask"]
    timers = [(each, d) for each in elements for d in each.event_definitions if d.kind == "timer"]
    messages = [(each, d) for each in elements for d in each.event_definitions if d.kind == "message"]
    named = [(clause, each) for each in elements for clause in each.clauses]
    return "".join(
        [
            f'<pre>{escape(diagram.processes[key].documentation)}</pre><p><img src="{key}.svg" alt="Diagram, told in words below"></p>',
            "<h2>Roles and tasks</h2>",
            table(
                ("Task", "Who", "Due", "Guidance"),
                ([_name(e), _roles(e, roles), escape(e.due_date), escape(e.documentation)] for e in tasks),
            ),
            "<h2>Timers</h2>",
            table(
                ("Event", "When", "Rule"),
                ([_name(e), f"<code>{escape(d.text)}</code>", e.properties.get("timerRule", "")] for e, d in timers),
            ),
            "<h2>Messages</h2>",
            table(("Event", "Message", "Kind"), ([_name(e), escape(d.name), e.kind] for e, d in messages)),
            "<h2>Decisions</h2>",
            "".join(_decision(folder, e) for e in elements if e.kind == "businessRuleTask") or "<p>None.</p>",
            "<h2>Calls</h2>",
            table(
                ("Step", "Process"),
                (
                    [_name(e), f'<a href="{e.called_element}.html">{e.called_element}</a>']
                    for e in elements
                    if e.called_element
                ),
            ),
            "<h2>Clauses</h2>",
            table(
                ("Clause", "What it asks for", "Carried by"),
                ([c, escape(clauses[c]["says"]), _name(e)] for c, e in sorted(named, key=lambda p: p[0])),
            ),
        ]
    )


def _name(element: Element) -> str:
    return escape(element.name or element.id)


def _roles(element: Element, roles: dict[str, str]) -> str:
    return ", ".join(escape(roles.get(group, group)) for group in element.candidate_groups)


def _decision(folder: Path, element: Element) -> str:
    """A decision table, whole."""
    for path in sorted(folder.glob("*.dmn")):
        for found in etree.parse(path).getroot().iter(f"{DMN}decision"):
            if found.get("id") == element.decision_ref:
                sheet = found.find(f"{DMN}decisionTable")
                assert sheet is not None
                heads = [
                    each.get("label") or "" for each in sheet if etree.QName(each).localname in ("input", "output")
                ]
                rows = [["".join(cell.itertext()).strip() for cell in rule] for rule in sheet.iter(f"{DMN}rule")]
                return f"<h3>{escape(found.get('name') or '')}</h3>" + table(
                    [*heads, "Why"], [map(escape, row) for row in rows]
                )
    return ""


def write(page: Page) -> None:
    """All pages and pictures."""
    listed: list[str] = []
    for folder in sorted(path for path in (ROOT / "processes").iterdir() if path.is_dir()):
        authority = yaml.safe_load((ROOT / f"config/authorities/{folder.name}.yaml").read_text(encoding="utf-8"))
        roles = {role["id"]: role["name"] for role in authority["roles"]}
        register = yaml.safe_load((folder / "clauses.yaml").read_text(encoding="utf-8"))["clauses"]
        every = yaml_clauses()
        listed.append(f"<h2>{escape(authority['name'])}</h2><p>{len(register)} clauses.</p><ul>")
        for path in sorted(folder.glob("*.bpmn")):
            diagram = read(path.read_bytes(), path.name)
            for key, process in diagram.processes.items():
                (OUT / f"{key}.svg").write_text(page.evaluate(DRAW, path.read_text(encoding="utf-8")), encoding="utf-8")
                body = described(diagram, key, roles, every, folder)
                (OUT / f"{key}.html").write_text(PAGE.format(title=escape(process.name), body=body), encoding="utf-8")
                listed.append(f'<li><a href="{key}.html">{escape(process.name)}</a></li>')
        listed.append("</ul>")
    (OUT / "index.html").write_text(PAGE.format(title="Processes", body="".join(listed)), encoding="utf-8")
    (OUT / "docs.css").write_text(STYLE, encoding="utf-8")


def yaml_clauses() -> dict[str, Any]:
    """Every authority's clauses by id."""
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("processes/*/clauses.yaml"))
    return {row["id"]: row for file in files for row in file["clauses"]}


def _with_table(text: str, name: str, table: str) -> str:
    """The text with a table between the comments of that name."""
    pattern = re.compile(f"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.S)
    return pattern.sub(lambda _: table + "\n", text)


def people() -> str:
    """A table an authority: its sample people, and which roles each has."""
    return "\n\n".join(_people_of(each) for each in load_authorities(ROOT / "config/authorities").values())


def _people_of(authority: Authority) -> str:
    rows = (
        f"| `{person.username}` | {', '.join(authority.roles[role].name for role in sorted(person.roles))} | {person.does} |"
        for person in authority.people
    )
    return "\n".join([f"{authority.name}", "", "| sign in as | role | can try |", "| --- | --- | --- |", *rows])


#: The tables that are made of the code and the configuration: by the name of their comments, where they stand.
TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "elements": ("docs/reference/bpmn.md", markdown),
    "properties": ("docs/reference/bpmn.md", properties.markdown),
    "people": ("docs/reference/sample-people.md", people),
}


def write_tables() -> None:
    """Write the tables of docs/reference anew."""
    for name, (place, table) in TABLES.items():
        text = (ROOT / place).read_text(encoding="utf-8")
        (ROOT / place).write_text(_with_table(text, name, table()), encoding="utf-8")


def main() -> None:
    """Write the tables, and the pages of the processes."""
    write_tables()
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.set_content("<!doctype html><div id=place style='width: 900px; height: 600px'></div>")
        page.add_script_tag(path=ROOT / "node_modules/bpmn-js/dist/bpmn-viewer.production.min.js")
        write(page)
        browser.close()
    print(f"{len(list(OUT.glob('*.html')))} pages: {OUT.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
