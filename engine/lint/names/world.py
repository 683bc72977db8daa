"""The variables of all processes that are known together: who sets which, and what each may be where it is read.

A name may be set by a form, a message, a script, a table, a called process or the process that calls. :meth:`World.lookup`
asks for one name at one place and follows only what that needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from engine.decisions import Decision
from engine.diagram import Diagram, Element, InOut, is_feel, strip_feel
from engine.forms import Component, Form
from engine.lint.names import shapes, sources
from engine.lint.names.asking import CIRCLE, Asking, Question
from engine.lint.names.elements import codes, collection, crossing, events, hands_all, results
from engine.lint.names.flows import At, Flow, Lazily, Setter, named
from engine.lint.names.graph import END, always, graphs
from engine.lint.names.scopes import OPEN, Scope, Table, Variable
from engine.lint.names.shapes import ANY, CONTEXT, LIST, NUMBER, TEXT, Shape, of
from engine.lint.names.sources import Inspects, shape_of

#: Names that every expression may read, whoever sets them.
SCHOOL, SETTINGS = "school", "settings"
#: Steps that one look at all names may take; past them a name may be anything.
MOST_STEPS = 1_000_000

_RUNS = ("Instances", "ActiveInstances", "CompletedInstances")
_COUNTS = [f"{word}{runs}" for runs in _RUNS for word in ("numberOf", "nrOf")] + ["numberOfTerminatedInstances"]
COUNTS: Mapping[str, Variable] = {name: Variable(of(NUMBER)) for name in _COUNTS}
"""What a completion condition may count."""


@dataclass(frozen=True)
class Surroundings:
    """What is known outside the diagrams. ``None`` means that it isn't, so any name may come from there."""

    forms: Mapping[str, Form | None] | None
    decisions: Mapping[str, Decision | None] | None
    settings: Mapping[str, object] | None
    categories: frozenset[str] | None = None
    """Those that schools of the register are in."""


class World:
    """All processes that are known together. The first diagram that holds a process is the one that counts."""

    def __init__(self, diagrams: Iterable[Diagram], around: Surroundings, feel: Inspects) -> None:
        self.around, self.feel = around, feel
        self.flows: dict[str, Flow] = {}
        for diagram in diagrams:
            for graph in graphs(diagram):
                self.flows.setdefault(graph.key, Flow(self, diagram, graph))
        self.callers: dict[str, list[tuple[Flow, Element]]] = {}
        self._throwers: dict[tuple[str, str], list[tuple[Flow, Element]]] = {}
        #: The signals that loops throw, which carry how far they are.
        self._counted: set[str] = set()
        #: The tasks that put a school in a category.
        self.categorising: list[tuple[Flow, Element]] = []
        #: By such a task the categories that it gives without the one that the school is in; empty where that is not known.
        self.fresh: dict[tuple[str, str], frozenset[shapes.Value]] = {}
        for flow in self.flows.values():
            for element in flow.graph.elements.values():
                self._note(flow, element)
        self._asking = Asking(self._found)
        self._steps = 0
        self._settling = 0
        self._surely: dict[tuple[str, str], list[bool]] = {}
        self._locals: dict[tuple[str, str], dict[str, Variable]] = {}
        self.school = sources.school(())  # what a new category is made of the old one adds none
        self.school = sources.school(self._categories())

    def _note(self, flow: Flow, element: Element) -> None:
        if element.kind == "callActivity":
            self.callers.setdefault(element.called_element, []).append((flow, element))
        if element.throwing or element.kind in ("sendTask", "serviceTask"):
            for kind, name in events(element):
                self._throwers.setdefault((kind, name), []).append((flow, element))
        if element.loop is not None and element.loop.event is not None:
            self._counted.add(element.loop.event.name)
        if element.topic == "category":
            self.categorising.append((flow, element))

    # -- categories ---------------------------------------------------------------------------------------------------

    def category(self, flow: Flow, element: Element) -> Shape:
        """What a task may put its school in."""
        scope = self.scope(flow, element, inside=False)
        given = [self.text(each.text, scope) for each in element.inputs if each.name == "category"]
        return shapes.union(given) if given else ANY

    def _categories(self) -> frozenset[str] | None:
        """All categories that a school can be in, by the register or a task; None where there is no end to them."""
        if self.around.categories is None or not self.categorising:
            return None
        found = [self.category(flow, element).values for flow, element in self.categorising]
        self.fresh = self._by_task(found)
        self._asking.forget()
        self._locals.clear()
        if any(values is None for values in found):
            return None
        return frozenset({""}).union(self.around.categories, *([str(v) for v in values or ()] for values in found))

    def _by_task(self, found: list[frozenset[shapes.Value] | None]) -> dict[tuple[str, str], frozenset[shapes.Value]]:
        tasks = zip(self.categorising, found, strict=True)
        return {(flow.key, element.id): values or frozenset() for (flow, element), values in tasks}

    # -- asking -------------------------------------------------------------------------------------------------------

    @property
    def exhausted(self) -> bool:
        """Whether the bound of steps was reached: then names are taken as they are."""
        return self._steps > MOST_STEPS

    def lookup(self, flow: Flow, place: int, name: str) -> Variable | None:
        """What is known of a name at a place of a process; None when nothing can have set it."""
        outermost = not (self._asking.underway or self._settling)
        found = self._variable(flow, place, name)
        if not outermost or found is None or not found.sure or name in (SCHOOL, SETTINGS) or flow.graph.too_large:
            return found
        return Variable(found.shape, self.surely(flow, name)[place])

    def _variable(self, flow: Flow, place: int, name: str) -> Variable | None:
        """As :meth:`lookup`, without asking whether it is set on every way."""
        if name == SETTINGS:
            return Variable(sources.settings(self.around.settings))
        self._steps += 1
        if flow.graph.too_large or self.exhausted:
            return Variable(ANY)
        return self._asking.answer((flow.key, place, name))

    def _found(self, question: Question) -> Variable | None:
        key, place, name = question
        flow = self.flows[key]
        before = flow.graph.before(place)
        setting = list(flow.setting(name))
        earlier = [shape for setter, shape in setting if before >> setter.place & 1]
        if name == SCHOOL:
            return Variable(shapes.union([self.school, *earlier]))
        if earlier:
            return Variable(shapes.union(earlier))
        meanwhile = [shape for setter, shape in setting if flow.graph.beside(setter.place, place)]
        return Variable(shapes.union(meanwhile), sure=False) if meanwhile else None

    def surely(self, flow: Flow, name: str) -> list[bool]:
        """By place, whether a name is set on every way to it."""
        key = (flow.key, name)
        if key not in self._surely:
            graph = flow.graph
            self._surely[key] = [True] * len(graph.surely)  # what a process that calls itself brings is not yet known
            self._settling += 1
            here = {setter.place for setter, _ in flow.setting(name) if setter.sure(name)}
            self._settling -= 1
            here |= {place for place, names in flow.waited if name in names}
            self._surely[key] = always(graph, here)
        return self._surely[key]

    def names(self, flow: Flow) -> set[str]:
        """All names that anything may set in a process."""
        found: set[str] = set()
        seen: set[str] = set()
        ahead = [flow]
        while ahead:
            here = ahead.pop()
            if here.key in seen:
                continue
            seen.add(here.key)
            found.update(name for setter in here.setters for name in setter.names())
            ahead += [caller for caller, _ in self.callers.get(here.key, ())]
            called = [each.called_element for each in here.graph.elements.values()]
            ahead += [self.flows[key] for key in called if key in self.flows]
        return found | {SCHOOL, SETTINGS}

    def asking(self, decision: str) -> Iterator[tuple[Flow, Element]]:
        """The tasks that ask a decision."""
        for flow in self.flows.values():
            found = (each for each in flow.graph.elements.values() if each.decision_ref == decision)
            yield from ((flow, each) for each in found)

    def at(self, process: str, element: str) -> dict[str, Variable]:
        """Every name that may be set before an element, with what is known of it."""
        flow = self.flows[process]
        scope = self.scope(flow, flow.graph.elements[element])
        found = {name: scope.lookup(name) for name in scope.names()}
        return {name: variable for name, variable in sorted(found.items()) if variable is not None}

    # -- what an expression sees ----------------------------------------------------------------------------------------

    def scope(self, flow: Flow, element: Element, inside: bool = True, leave: bool = False) -> Scope:
        """The names that expressions of an element see: the process's, and those of the activities around it.

        ``inside``: also its own (loop variables, input parameters); ``leave``: when it ends, its answers with them.
        """
        place = flow.graph.leave(element.id) if leave else flow.graph.enter(element.id)
        scope: Scope = At(self, flow, place)
        around = [flow.graph.elements[each] for each in flow.diagram.scopes(element.id) if each in flow.graph.elements]
        for each in [*reversed(around), *([element] if inside else [])]:
            own = self.locals(flow, each)
            scope = Table(own, scope) if own else scope
        if leave and self._kept_inside(element):
            own = {name: Variable(shape()) for name, shape in self.submitted(flow, element).items()}
            scope = Table(own, scope)
        return scope

    def locals(self, flow: Flow, element: Element) -> dict[str, Variable]:
        """What only an activity and those inside it see: loop variables and input parameters."""
        key = (flow.key, element.id)
        if key not in self._locals:
            self._locals[key] = {}
            self._locals[key] = self._own(flow, element)
        return self._locals[key]

    def _own(self, flow: Flow, element: Element) -> dict[str, Variable]:
        if element.kind.endswith("Event"):
            return {}
        found = self.loop_locals(flow, element)
        if element.message_name or element.topic:
            return found
        within = Table(found, self.scope(flow, element, inside=False))
        return found | {each.name: Variable(self.text(each.text, within)) for each in element.inputs}

    def loop_locals(self, flow: Flow, element: Element) -> dict[str, Variable]:
        """What each run of a loop has of its own: its number, and its item of the collection."""
        loop = element.loop
        if loop is None:
            return {}
        found = {"loopCounter": Variable(of(NUMBER))}
        variable = loop.element_variable or loop.input_item
        if variable:
            found[variable] = Variable(self._item(flow, element, self.scope(flow, element, inside=False)))
        return found

    def _item(self, flow: Flow, element: Element, scope: Scope) -> Shape:
        """What the items of a loop's collection may be."""
        loop = element.loop
        assert loop is not None
        text = collection(flow.diagram, element)
        if not text:
            return of(NUMBER) if loop.cardinality else ANY
        found = shape_of(self.feel, strip_feel(text), scope)
        return found.item or ANY if found.only(LIST) else ANY

    def text(self, text: str, scope: Scope) -> Shape:
        """What a text from the diagram gives: literal, or FEEL when it begins with ``=``."""
        return shape_of(self.feel, strip_feel(text), scope) if is_feel(text) else shapes.options([text])

    # -- what elements set ----------------------------------------------------------------------------------------------

    def setters(self, flow: Flow, element: Element) -> Iterator[Setter]:
        """What an element sets when it ends."""
        leave = flow.graph.leave(element.id)
        if not self._kept_inside(element):
            yield named(leave, element, self.submitted(flow, element), self._unknown_form(element))
            yield self._unanswered(flow, element, leave)
        yield named(leave, element, self._worked_out(flow, element))
        if kept := element.properties.get("lastDay", ""):
            yield named(leave, element, {kept: partial(of, "date")})
        yield named(leave, element, self._handed_back(flow, element))
        if element.kind == "callActivity":
            yield self._returned(flow, element, leave)
        if element.kind == "startEvent" and element.parent == flow.key and not element.event_definitions:
            yield self._brought(flow, element, leave)

    def _unknown_form(self, element: Element) -> bool:
        forms = self.around.forms
        return bool(element.form_key) and (forms is None or forms.get(element.form_key) is None)

    def _kept_inside(self, element: Element) -> bool:
        """Whether what is submitted stays inside the activity, since the diagram says what is handed back."""
        return bool(element.outputs) or (element.loop is not None and bool(element.loop.output_collection))

    def submitted(self, flow: Flow, element: Element) -> Lazily:
        """What comes from outside: a form's answers, a message's or signal's payload, the code of an error."""
        found: dict[str, Callable[[], Shape]] = {}
        form = (self.around.forms or {}).get(element.form_key) if element.form_key else None
        for question in form.fields if form is not None else ():
            if question.readonly is not True:
                found[question.key] = partial(self._answer, question, flow, element)
        if element.catching or element.kind == "receiveTask":
            found |= self._payload(element)
            found |= {name: partial(of, TEXT) for name in codes(element)}
        return found

    def _unanswered(self, flow: Flow, element: Element, place: int) -> Setter:
        """What holds when nobody answers: set on that way only."""
        text = strip_feel(element.properties.get("noAnswer", ""))
        names = shape_of(self.feel, text, OPEN).fields if text else {}

        def shape(name: str) -> Shape | None:
            return shape_of(self.feel, text, self.scope(flow, element)).fields.get(name) if name in names else None

        return Setter(place, element.id, shape, lambda: names, lambda name: False)

    def _answer(self, question: Component, flow: Flow, element: Element) -> Shape:
        return sources.answer(question, self.feel, self.scope(flow, element))

    def _payload(self, element: Element) -> Lazily:
        thrown: dict[str, list[tuple[Flow, Element, str]]] = {}
        for event in events(element):
            for flow, thrower in self._throwers.get(event, ()):
                for each in thrower.inputs:
                    thrown.setdefault(each.name, []).append((flow, thrower, each.text))
        declared = sources.payload(element.properties.get("payload", "")) or {}
        found: dict[str, Callable[[], Shape]] = {name: partial(self._thrown, said) for name, said in thrown.items()}
        for kind, name in events(element):
            found |= {field: partial(_same, shape) for field, shape in self._brought_by(kind, name).items()}
        return found | {name: partial(_same, shape) for name, shape in declared.items()}

    def _brought_by(self, kind: str, name: str) -> Mapping[str, Shape]:
        """What a message or signal that no element throws brings: one of the engine's own, or a loop's."""
        if kind == "signal" and name in self._counted:
            return {count: variable.shape for count, variable in COUNTS.items()}
        return sources.thrown_by_engine(kind, name, self.school)

    def _thrown(self, said: list[tuple[Flow, Element, str]]) -> Shape:
        return shapes.union(self.text(text, self.scope(flow, element, inside=False)) for flow, element, text in said)

    def _worked_out(self, flow: Flow, element: Element) -> Lazily:
        """The results of scripts, expressions, tables and topics; without a result variable, a context's entries."""
        if element.result_variable:
            works = element.script or element.camunda("expression") or element.decision_ref or element.topic
            return {element.result_variable: partial(self._result, flow, element)} if works else {}
        if not (element.script or element.decision_ref):
            return {}
        shape = self._result(flow, element)
        return {name: partial(_same, entry) for name, entry in shape.fields.items()} if shape.only(CONTEXT) else {}

    def _result(self, flow: Flow, element: Element) -> Shape:
        text = element.script if element.kind == "scriptTask" else element.camunda("expression")
        if element.topic == "live-cases":
            return sources.LIVE_CASES
        if text:
            return shape_of(self.feel, strip_feel(text), self.scope(flow, element))
        if element.decision_ref:
            decision = (self.around.decisions or {}).get(element.decision_ref)
            scope = self.scope(flow, element)
            return sources.result(decision, element.map_decision_result, self.feel, scope) if decision else ANY
        return ANY

    def _handed_back(self, flow: Flow, element: Element) -> Lazily:
        """Output parameters, and the collected results of a loop."""
        found: dict[str, Callable[[], Shape]] = {
            each.name: partial(self._output, each.text, flow, element) for each in element.outputs
        }
        name = results(flow.diagram, element)
        return found | ({name: partial(self._collected, flow, element)} if name else {})

    def _output(self, text: str, flow: Flow, element: Element) -> Shape:
        return self.text(text, self.scope(flow, element, leave=True))

    def _collected(self, flow: Flow, element: Element) -> Shape:
        loop = element.loop
        text = (loop.output_element or loop.output_item) if loop is not None else ""
        scope = self.scope(flow, element, leave=True)
        return shapes.listed(shape_of(self.feel, strip_feel(text), scope) if text else ANY)

    # -- between processes ----------------------------------------------------------------------------------------------

    def _returned(self, flow: Flow, element: Element, place: int) -> Setter:
        """What a called process hands back."""
        called = self.flows.get(element.called_element)
        mappings = crossing(element, "out")

        def shape(name: str) -> Shape | None:
            if called is None:
                return ANY if hands_all(mappings) or any(each.target == name for each in mappings) else None
            return self._mapped(mappings, At(self, called, END), name)

        def sure(name: str) -> bool:
            return called is None or self._surely_mapped(mappings, called, END, name)

        return Setter(place, element.id, shape, lambda: [each.target for each in mappings if each.target], sure)

    def _brought(self, flow: Flow, start: Element, place: int) -> Setter:
        """What the processes that call this one hand in."""
        callers = self.callers.get(flow.key, [])

        def shape(name: str) -> Shape | None:
            found = [
                self._mapped(crossing(each, "in"), self.scope(caller, each), name)
                for caller, each in callers
                if name != SCHOOL
            ]
            given = [each for each in found if each is not None]
            return shapes.union(given) if given else None

        def sure(name: str) -> bool:
            return flow.called_only and all(
                self._surely_mapped(crossing(each, "in"), caller, caller.graph.enter(each.id), name)
                for caller, each in callers
            )

        def names() -> Iterable[str]:
            return [each.target for _, call in callers for each in crossing(call, "in") if each.target]

        return Setter(place, start.id, shape, names, sure)

    def _mapped(self, mappings: list[InOut], scope: Scope, name: str) -> Shape | None:
        """What a name is on the other side of a border."""
        found = [scope.lookup(name)] if hands_all(mappings) else []
        found += [self._source(each, scope) for each in mappings if each.target == name]
        given = [each.shape for each in found if each is not None and each is not CIRCLE]
        return shapes.union(given) if given else None

    def _source(self, mapping: InOut, scope: Scope) -> Variable | None:
        """What a mapping carries."""
        text = strip_feel(mapping.expression)
        return Variable(shape_of(self.feel, text, scope)) if text else scope.lookup(mapping.source)

    def _surely_mapped(self, mappings: list[InOut], flow: Flow, place: int, name: str) -> bool:
        if any(each.target == name for each in mappings):
            return True
        return hands_all(mappings) and not flow.graph.too_large and self.surely(flow, name)[place]


def _same(shape: Shape) -> Shape:
    return shape
