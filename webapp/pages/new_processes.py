"""A new process: begun from an empty canvas, or from a process that is there as its template."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from lxml import etree
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.diagram import read_xml
from engine.queries import DrawingRow
from engine.services.drawings import Drawn
from webapp.current import the_engine
from webapp.db import db

blueprint = Blueprint("new_processes", __name__)
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
#: What an empty canvas holds: a beginning.
EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  id="{key}-definitions" targetNamespace="http://pathways.example.org/bpmn">
  <bpmn:process id="{key}" name="" isExecutable="true" camunda:historyTimeToLive="P7Y">
    <bpmn:startEvent id="begins" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}-diagram"><bpmndi:BPMNPlane id="{key}-plane" bpmnElement="{key}">
    <bpmndi:BPMNShape id="begins-shape" bpmnElement="begins">
      <dc:Bounds x="180" y="200" width="36" height="36" /></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


#: Characters that the name of a process may have.
LONGEST = 100


@blueprint.get("/processes/new")
def index() -> str:
    """What it is called, and what it begins with."""
    return render_template("definitions/new.html", processes=queries.definitions(db.session()))


@blueprint.post("/processes/new")
def begin() -> Answer:
    """Begin its draft, under a key that is made of its name and that no process has."""
    name = request.form.get("name", "").strip()
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    key = f"{current_user.authority}-{slug}"
    if problem := _problem(name, slug, key):
        flash(problem, "problem")
        return redirect(url_for("new_processes.index"))
    known = {row.key: row.id for row in queries.definitions(db.session())}
    template = known.get(request.form.get("template", ""))
    content = EMPTY.format(key=key).encode() if template is None else queries.definition_xml(db.session(), template)
    of = Drawn(queries.DIAGRAM, key, f"{key}.bpmn")
    made = the_engine().drawings.begin_new(of, _named(content, key, name), current_user.scope, name)
    return redirect(url_for("drawings.edit", drawing_id=made.id))


def _problem(name: str, slug: str, key: str) -> str:
    """What is wrong with the name of a new process, as a sentence; nothing when it will do."""
    if not slug:
        return "Enter a name."
    if len(name) > LONGEST:
        return f"The name must have {LONGEST} characters or fewer."
    for row in queries.definitions(db.session()):
        if row.key == key or row.name.casefold() == name.casefold():
            return f"There is a process by that name already: {row.name}. Change that, or choose another name."
    if any(row.process == key for row in queries.new_drawings(db.session())):
        return (
            f"A process called {name} is begun already: go on with its draft under Processes, or choose another name."
        )
    return ""


def _named(content: bytes, key: str, name: str) -> bytes:
    """A diagram whose first process has this key and name; what refers to that process does so still."""
    root = read_xml(content, key)
    process = next(root.iter(f"{{{BPMN}}}process"))
    old = process.get("id", "")
    process.set("id", key)
    process.set("name", name)
    for each in root.iter():
        for attribute in ("processRef", "bpmnElement"):
            if each.get(attribute) == old:
                each.set(attribute, key)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def editor(draft: DrawingRow) -> str:
    """The modeller, with a draft of a process that is not deployed yet."""
    return render_template(
        "definitions/edit.html",
        definition=None,
        latest=None,
        file=draft.file,
        draft=draft,
        others=False,
        approver=the_engine().plans.approver(current_user.authority),
    )
