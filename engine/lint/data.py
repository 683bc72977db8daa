"""PW-5xx: data objects, stores, inputs, outputs and the associations between them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import DataAssociation, DataItem, Element, nodes
from engine.lint.core import Fault, Look, fault, rule, short


@rule("PW-501", section="BPMN 2.0.2 §10.4.1")
def data_reference_exists(look: Look) -> Iterator[Fault]:
    """A data object reference names a data object; a data store reference that names a store, one that
    exists."""
    wanted = {"dataObjectReference": "dataObject", "dataStoreReference": "dataStore"}
    for item in look.diagram.data.values():
        if item.kind not in wanted or (item.kind == "dataStoreReference" and not item.ref):
            continue
        target = look.diagram.data.get(item.ref)
        if target is None or target.kind != wanted[item.kind]:
            message = f"it does not name a {wanted[item.kind]}: {look.describe(item.ref)}."
            yield fault(item, message, f"Choose or create the {wanted[item.kind]}.")


def _associations(look: Look) -> Iterator[tuple[Element, DataAssociation]]:
    for element in look.diagram.elements.values():
        for association in element.data_associations:
            yield element, association


@rule("PW-502", section="BPMN 2.0.2 §10.4.1")
def data_association_has_target(look: Look) -> Iterator[Fault]:
    """A data association has a target."""
    for element, association in _associations(look):
        if not association.target:
            yield fault(element, "a data association has no target.", "Connect its target.", association.line)


@rule("PW-503", section="BPMN 2.0.2 §10.4.1")
def data_association_joins_data(look: Look) -> Iterator[Fault]:
    """The sources and the target of a data association are data that exist."""
    for element, association in _associations(look):
        for ref in (*association.sources, association.target):
            if ref and ref not in look.diagram.data:
                message = f"a data association is wrong: {look.describe(ref)}."
                yield fault(element, message, "Connect it to a data object or store.", association.line)


@rule("PW-504", section="BPMN 2.0.2 §10.4.1")
def data_association_has_one_source(look: Look) -> Iterator[Fault]:
    """A data association has one source, unless a transformation or assignments say how several become
    one."""
    for element, association in _associations(look):
        several = len(association.sources) > 1
        if several and not association.transformation and not association.assignments:
            message = f"a data association has {len(association.sources)} sources."
            yield fault(element, message, "Use a data association for each source.", association.line)


@rule("PW-505", section="BPMN 2.0.2 §10.4.1")
def data_association_stays_in_sight(look: Look) -> Iterator[Fault]:
    """A data association uses only data of its own element, of the scopes around it, and stores."""
    for element, association in _associations(look):
        seen = {element.id, "", *look.diagram.scopes(element.id)}
        for ref in (*association.sources, association.target):
            item = look.diagram.data.get(ref)
            if item is not None and item.scope not in seen:
                message = f'"{short(item.name or ref)}" cannot be seen from here.'
                remedy = "Move the data object to the process or subprocess around both."
                yield fault(element, message, remedy, association.line)


@rule("PW-506", section="BPMN 2.0.2 §10.4.1")
def data_association_goes_the_right_way(look: Look) -> Iterator[Fault]:
    """An input association ends in its element's own data, an output association begins there."""
    for element, association in _associations(look):
        inner = (association.target,) if association.kind == "input" else association.sources
        for ref in inner:
            item = look.diagram.data.get(ref)
            if item is not None and item.scope != element.id:
                message = f'the data {association.kind} association uses "{short(ref)}" as its own.'
                yield fault(element, message, "Draw the association again with a modeller.", association.line)


@rule("PW-507", section="BPMN 2.0.2 §10.4.1")
def event_data_fits(look: Look) -> Iterator[Fault]:
    """Catching events only give data out, throwing events only take data in."""
    for element, association in _associations(look):
        wrong = element.catching and association.kind == "input"
        if wrong or (element.throwing and association.kind == "output"):
            message = f"a {element.kind} has a data {association.kind} association."
            yield fault(element, message, "Turn the association round, or take it out.", association.line)


_SETS = {"inputSet": ("dataInputRefs", "dataInput"), "outputSet": ("dataOutputRefs", "dataOutput")}


@rule("PW-508", section="BPMN 2.0.2 §10.4.1")
def specification_has_sets(look: Look) -> Iterator[Fault]:
    """An ioSpecification has at least one input set and one output set."""
    for element in look.diagram.elements.values():
        for specification in element.node.iterfind("{*}ioSpecification"):
            for name in _SETS:
                if specification.find(f"{{*}}{name}") is None:
                    line = nodes.line(specification)
                    yield fault(element, f"its ioSpecification has no {name}.", f"Add an {name}.", line)


@rule("PW-509", section="BPMN 2.0.2 §10.4.1")
def sets_name_their_data(look: Look) -> Iterator[Fault]:
    """Input and output sets name the inputs and outputs of their own specification."""
    own = {(item.scope, item.kind, item.id) for item in look.diagram.data.values()}
    for element in look.diagram.elements.values():
        for name, ref, line in _set_references(element):
            if (element.id, name, ref) not in own:
                message = f'a set names "{short(ref)}", which is no {name} of it.'
                yield fault(element, message, "Correct the reference.", line)


def _set_references(element: Element) -> Iterator[tuple[str, str, int]]:
    for holder, (child, kind) in _SETS.items():
        for found in element.node.iterfind(f"{{*}}ioSpecification/{{*}}{holder}/{{*}}{child}"):
            yield kind, (found.text or "").strip(), nodes.line(found)


@rule("PW-510", section="BPMN 2.0.2 §10.4.1", severity="warning")
def data_object_has_name(look: Look) -> Iterator[Fault]:
    """A data object that is shown has a name."""
    for item in look.diagram.data.values():
        if item.kind in {"dataObjectReference", "dataStoreReference"} and not _name(look, item):
            yield fault(item, "it has no name.", "Name it as the policy does.")


def _name(look: Look, item: DataItem) -> str:
    target = look.diagram.data.get(item.ref)
    return item.name or (target.name if target is not None else "")
