"""``make docs``: the tables of docs/reference, and a page a process with its picture, roles, timers, decisions and clauses.

It stands among the tests since it needs what they need: bpmn-js draws the pictures in headless Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import yaml
from lxml import etree
from playwright.sync_api import Page, sync_playwright

from engine.diagram import Diagram, Element, EventDefinition, is_feel, read
from engine.feel import Feel
from engine.lint import properties
from engine.lint.core import world_of
from engine.lint.project import Project
from engine.lint.supported import markdown
from engine.lint.variables import computed, named_roles
from engine.people.authorities import Authority, load_authorities
from tests.browser.chromium import launch
from tests.engine.differential import differences

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
    sections = {
        "Roles and tasks": _tasks(elements, roles),
        "Timers": _timers(elements),
        "Messages": _messages(elements),
        "Decisions": "".join(_decision(folder, e) for e in elements if e.kind == "businessRuleTask") or "<p>None.</p>",
        "Calls": _calls(elements),
        "Clauses": _clauses(elements, clauses),
    }
    said = escape(diagram.processes[key].documentation)
    picture = f'<p><img src="{key}.svg" alt="Diagram, told in words below"></p>'
    return f"<pre>{said}</pre>{picture}" + "".join(f"<h2>{title}</h2>{body}" for title, body in sections.items())


def _tasks(elements: list[Element], roles: dict[str, str]) -> str:
    tasks = (each for each in elements if each.kind == "userTask")
    rows = ([_name(e), _roles(e, roles), escape(e.due_date), escape(e.documentation)] for e in tasks)
    return table(("Task", "Who", "Due", "Guidance"), rows)


def _events(elements: list[Element], kind: str) -> Iterator[tuple[Element, EventDefinition]]:
    return ((each, d) for each in elements for d in each.event_definitions if d.kind == kind)


def _timers(elements: list[Element]) -> str:
    found = _events(elements, "timer")
    rows = ([_name(e), f"<code>{escape(d.text)}</code>", e.properties.get("timerRule", "")] for e, d in found)
    return table(("Event", "When", "Rule"), rows)


def _messages(elements: list[Element]) -> str:
    rows = ([_name(e), escape(d.name), e.kind] for e, d in _events(elements, "message"))
    return table(("Event", "Message", "Kind"), rows)


def _calls(elements: list[Element]) -> str:
    called = ((each, each.called_element) for each in elements if each.called_element)
    return table(("Step", "Process"), ([_name(e), f'<a href="{key}.html">{key}</a>'] for e, key in called))


def _clauses(elements: list[Element], clauses: dict[str, Any]) -> str:
    named = sorted(((clause, each) for each in elements for clause in each.clauses), key=lambda pair: pair[0])
    rows = ([clause, escape(clauses[clause]["says"]), _name(each)] for clause, each in named)
    return table(("Clause", "What it asks for", "Carried by"), rows)


def _name(element: Element) -> str:
    return escape(element.name or element.id)


def _roles(element: Element, roles: dict[str, str]) -> str:
    return ", ".join(escape(roles.get(group, group)) for group in element.candidate_groups)


def _decision(folder: Path, element: Element) -> str:
    """A decision table, whole."""
    files = (etree.parse(path).getroot() for path in sorted(folder.glob("*.dmn")))
    decisions = (each for file in files for each in file.iter(f"{DMN}decision"))
    found = next((each for each in decisions if each.get("id") == element.decision_ref), None)
    return "" if found is None else f"<h3>{escape(found.get('name') or '')}</h3>{_rules(found)}"


def _rules(decision: etree._Element) -> str:
    sheet = decision.find(f"{DMN}decisionTable")
    assert sheet is not None
    heads = [each.get("label") or "" for each in sheet if etree.QName(each).localname in ("input", "output")]
    rows = [["".join(cell.itertext()).strip() for cell in rule] for rule in sheet.iter(f"{DMN}rule")]
    return table([*heads, "Why"], [map(escape, row) for row in rows])


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
    known = asked(authority.id)
    rows = (
        f"| `{person.username}` | {', '.join(authority.roles[role].name for role in sorted(person.roles))} | "
        f"{person.does or _does(authority, person.roles, known)} |"
        for person in authority.people
    )
    return "\n".join([f"{authority.name}", "", "| sign in as | role | can try |", "| --- | --- | --- |", *rows])


def _does(authority: Authority, roles: frozenset[str], known: frozenset[str]) -> str:
    if roles & known:
        return ""
    other = [_OTHER_WORK[each] for role in roles for each in _OTHER_WORK if each in authority.roles[role].capabilities]
    return "; ".join(other) or "is told of cases: no diagram asks this role for anything"


#: What somebody does whom no diagram asks, by capability.
_OTHER_WORK = {"own-processes": "changes diagrams and deploys them", "administer": "keeps the register and its people"}


def asked(authority: str) -> frozenset[str]:
    """The roles of an authority that some task is for."""
    known = Project(ROOT).known(authority)
    world = world_of(known.others, known, Feel.shared())()
    assert world is not None
    found: set[str] = set()
    for diagram in known.others:
        for task in diagram.of_kind("userTask"):
            text = ",".join(task.candidate_groups)
            found.update(named_roles(computed(world, task, text)) if is_feel(text) else task.candidate_groups)
    return frozenset(found)


#: The tables that are made of the code and the configuration: by the name of their comments, where they stand.
TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "elements": ("docs/reference/bpmn.md", markdown),
    "properties": ("docs/reference/bpmn.md", properties.markdown),
    "differences": ("docs/reference/spiffworkflow.md", differences.markdown),
    "unread": ("docs/reference/spiffworkflow.md", differences.unread),
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
