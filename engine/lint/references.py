"""PW-7xx: what a diagram needs from outside itself: forms, roles, decision tables, other processes,
topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.decisions.model import Table
from engine.diagram import Element, is_feel
from engine.lint.core import OURS, Fault, Look, fault, meant, rule, short
from engine.spelling import near


@rule("PW-701", section=OURS, plain="off")
def user_task_has_form(look: Look) -> Iterator[Fault]:
    """A user task has a form."""
    for element in look.elements("userTask"):
        if not element.form_key:
            yield fault(element, "the user task has no form.", "Fill in camunda:formKey: authority/name.")


@rule("PW-702", section=OURS, plain="off")
def user_task_has_role(look: Look) -> Iterator[Fault]:
    """A user task says who may do it."""
    for element in look.elements("userTask"):
        if not element.candidate_groups and not element.assignee:
            remedy = "Fill in camunda:candidateGroups (role ids) or camunda:assignee."
            yield fault(element, "the user task does not say who may do it.", remedy)


@rule("PW-703", section=OURS, plain="off")
def form_exists(look: Look) -> Iterator[Fault]:
    """The form of a user task, a start event or a message that is reported exists."""
    forms = look.known.forms
    asked = (each for each in look.elements() if each.kind in ("userTask", "startEvent") or each.caught_message)
    for element in asked:
        if forms is not None and element.form_key and element.form_key not in forms:
            message = f'there is no form "{short(element.form_key)}".'
            yield fault(element, message, _form_remedy(element.form_key, forms))


@rule("PW-747", section=OURS, plain="off")
def file_is_asked_in_task(look: Look) -> Iterator[Fault]:
    """A form that asks for a file is put in a user task: elsewhere there is no case yet that it could be added to."""
    forms = look.known.forms or {}
    for element in look.elements():
        form = forms.get(element.form_key) if element.form_key and element.kind != "userTask" else None
        if form is not None and any(each.kind == "filepicker" for each in form.fields):
            message = f'the form "{short(element.form_key)}" asks for a file, which only a user task can take.'
            yield fault(element, message, "Ask for the file in a task that follows.")


def _form_remedy(key: str, forms: Iterable[str]) -> str:
    bare = key.removeprefix("forms/").removesuffix(".form")
    known = sorted(forms)
    same = [each for each in known if each.casefold() == bare.casefold()]
    close = same or [each for each in known if each.endswith(f"/{bare}")]
    if close:
        return f'Did you mean "{short(close[0])}"? A key is the folder of the authority and the name, without .form.'
    return meant(key, known) + f"Draw the form forms/{short(bare)}.form, or choose one that exists."


@rule("PW-704", section=OURS, plain="off")
def role_exists(look: Look) -> Iterator[Fault]:
    """Those who do a user task, or record its answer for others (onBehalf), are roles."""
    for element in look.elements():
        for role in _unknown(look, (*element.candidate_groups, *element.on_behalf)):
            yield fault(element, f'there is no role "{short(role)}".', _role_remedy(look, role))


_ROLE_REMEDY = "Choose a role of config/authorities, or add it there."


def _role_remedy(look: Look, role: str) -> str:
    return meant(role, look.known.roles or ()) + _ROLE_REMEDY


def _unknown(look: Look, roles: Iterable[str]) -> Iterator[str]:
    """Give those of ``roles`` that don't exist, where that can be known before the process runs."""
    known = look.known.roles
    if known is not None:
        yield from (role for role in roles if role not in known and not is_feel(role))


@rule("PW-721", section=OURS, plain="off")
def assignee_is_a_person(look: Look) -> Iterator[Fault]:
    """An assignee is somebody's user name, not a role."""
    for element in look.elements("userTask"):
        if element.assignee in (look.known.roles or ()):
            message = f'it is assigned to "{short(element.assignee)}", which is a role: nobody would get it.'
            yield fault(element, message, "Name the role in camunda:candidateGroups.")


@rule("PW-723", section=OURS)
def report_exists(look: Look) -> Iterator[Fault]:
    """The template of the report that a user task asks for (property report) stands in config/reports."""
    known = look.known.reports
    for element in look.elements("userTask"):
        name = element.properties.get("report")
        if known is not None and name is not None and name not in known:
            message = f'there is no template of a report "{short(name)}".'
            remedy = f"Write config/reports/{short(name)}.md, or name one that is there."
            yield fault(element, message, meant(name, known) + remedy)


@rule("PW-717", section=OURS)
def answering_is_understood(look: Look) -> Iterator[Fault]:
    """A task's prefill is "last"; one that goes on without an answer (noAnswer) has a due date to wait for."""
    for element in look.elements("userTask"):
        prefill = element.properties.get("prefill")
        if prefill is not None and prefill != "last":
            remedy = 'Use "last" where answers are sent back for correction; else take it out.'
            yield fault(element, f'its prefill is "{short(prefill)}".', remedy)
        if "noAnswer" in element.properties and not element.due_date:
            message = "it goes on without an answer after its due date, and has none."
            yield fault(element, message, "Give it a due date.")


@rule("PW-719", section=OURS)
def separate_tasks_are_there(look: Look) -> Iterator[Fault]:
    """The tasks that somebody else must do (separateFrom) are other user tasks of the same process."""
    for element in look.elements("userTask"):
        if not element.separate_from:
            continue
        others = {each.id for each in look.elements("userTask") if each.process == element.process} - {element.id}
        for name in element.separate_from:
            if name not in others:
                likely = near(name, others)
                remedy = f"Did you mean {likely}?" if likely else "Name another user task of this process by its id."
                yield fault(
                    element, f'its separateFrom names "{short(name)}", which is no other user task here.', remedy
                )


@rule("PW-724", section=OURS)
def halves_of_a_decision_are_kept_apart(look: Look) -> Iterator[Fault]:
    """The forms of two tasks that two persons do (separateFrom) have no question in common: the answer that comes second would
    take the place of the first."""
    tasks = {each.id: each for each in look.elements("userTask")}
    for element in tasks.values():
        for other in (tasks[each] for each in element.separate_from if each in tasks):
            both = sorted(_keys(look, element) & _keys(look, other))
            if both:
                said = f'its form asks "{short(both[0])}", as that of "{short(other.name or other.id)}" does'
                message = f"{said}: of the two answers only the one that comes second is kept."
                yield fault(element, message, "Give each half a form of its own, with questions of its own.")


def _keys(look: Look, element: Element) -> frozenset[str]:
    """What the form of a task asks, beside what it only shows."""
    form = (look.known.forms or {}).get(element.form_key or "")
    return frozenset(each.key for each in form.fields if not each.readonly) if form is not None else frozenset()


@rule("PW-705", section=OURS)
def decision_exists(look: Look) -> Iterator[Fault]:
    """The decision table that a business rule task asks exists."""
    known = look.known.decisions
    for element in look.elements("businessRuleTask"):
        if known is not None and element.decision_ref and element.decision_ref not in known:
            message = f'there is no decision table "{short(element.decision_ref)}".'
            remedy = "Deploy the .dmn file with it, or correct the camunda:decisionRef."
            yield fault(element, message, meant(element.decision_ref, known) + remedy)


@rule("PW-718", section=OURS)
def decision_gives_as_many_as_are_asked_for(look: Look) -> Iterator[Fault]:
    """A decision table that may give several results is not asked for a single one."""
    for element in look.elements("businessRuleTask"):
        decision = (look.known.decisions or {}).get(element.decision_ref)
        table = decision.expression if decision is not None else None
        if isinstance(table, Table) and table.several and element.map_decision_result.startswith("single"):
            message = f'the hit policy {table.policy} may give several results, and "{element.map_decision_result}" takes one.'
            yield fault(element, message, 'Use "collectEntries" or "resultList", or another hit policy.')


@rule("PW-720", section=OURS)
def decision_gives_one_value_where_one_is_asked_for(look: Look) -> Iterator[Fault]:
    """A decision table with several outputs is not asked for an entry of one."""
    for element in look.elements("businessRuleTask"):
        decision = (look.known.decisions or {}).get(element.decision_ref)
        table = decision.expression if decision is not None else None
        how = element.map_decision_result
        if isinstance(table, Table) and len(table.outputs) > 1 and how in ("singleEntry", "collectEntries"):
            message = f'the table has {len(table.outputs)} outputs, and "{how}" takes one.'
            yield fault(element, message, 'Use "singleResult" or "resultList", or take the other outputs out.')


@rule("PW-706", section=OURS)
def called_process_exists(look: Look) -> Iterator[Fault]:
    """The process that a call activity calls exists."""
    known = look.called
    for element in look.elements("callActivity"):
        if known is not None and element.called_element and element.called_element not in known:
            message = f'there is no process "{short(element.called_element)}".'
            remedy = "Deploy that process first or together, or correct calledElement."
            yield fault(element, message, meant(element.called_element, known) + remedy)


@rule("PW-707", section=OURS)
def topic_is_known(look: Look) -> Iterator[Fault]:
    """The topic of a service or send task is one that Pathways carries out."""
    for element in look.elements("serviceTask", "sendTask", "businessRuleTask"):
        if element.topic and element.topic not in look.known.topics:
            wanted = ", ".join(sorted(look.known.topics))
            message = f'nothing carries out the topic "{short(element.topic)}".'
            yield fault(element, message, f"{meant(element.topic, look.known.topics)}Use: {wanted}.")


@rule("PW-708", section=OURS, plain="off")
def starter_role_exists(look: Look) -> Iterator[Fault]:
    """The candidate starter groups of a process are roles of the authority."""
    for process in look.processes():
        for role in _unknown(look, process.candidate_starter_groups):
            yield fault(process, f'there is no role "{short(role)}", which may start it.', _role_remedy(look, role))


@rule("PW-722", section=OURS, plain="off")
def reader_exists(look: Look) -> Iterator[Fault]:
    """The roles that may see the cases of a process (visibleTo) are roles of the authority."""
    for process in look.processes():
        if "visibleTo" in process.properties and not process.visible_to:
            yield fault(process, "its property visibleTo names nobody.", "Name roles, or take it out.")
        for role in _unknown(look, process.visible_to):
            message = f'there is no role "{short(role)}", which may see its cases.'
            yield fault(process, message, _role_remedy(look, role))


@rule("PW-709", section=OURS, severity="warning", plain="off")
def somebody_may_start(look: Look) -> Iterator[Fault]:
    """A process that people start, and no other process calls, says who may start it."""
    around = (*look.diagrams, *look.known.others)
    called = {one.called_element for each in around for one in each.of_kind("callActivity")}
    for process in look.processes():
        plain = [start for start in look.diagram.starts(process.key) if not start.event_definitions]
        if plain and not process.candidate_starter_groups and process.key not in called:
            remedy = "Fill in camunda:candidateStarterGroups (role ids)."
            yield fault(process, "the process does not say who may start it.", remedy)


def _notices(look: Look) -> Iterator[tuple[Element, dict[str, str]]]:
    for element in look.elements("serviceTask", "sendTask"):
        if element.topic == "notify":
            yield element, {parameter.name: parameter.text for parameter in element.inputs}


@rule("PW-710", section=OURS)
def notice_is_whole(look: Look) -> Iterator[Fault]:
    """A notification says to whom it goes, its subject and its text."""
    for element, given in _notices(look):
        missing = [name for name in ("to", "subject", "text") if not given.get(name)]
        if missing:
            remedy = "Add it as a camunda:inputParameter."
            yield fault(element, f"the notification has no {' and no '.join(missing)}.", remedy)


@rule("PW-711", section=OURS, plain="off")
def notice_goes_to_roles(look: Look) -> Iterator[Fault]:
    """A notification goes to roles of the authority."""
    for element, given in _notices(look):
        to = given.get("to", "")
        roles = [] if is_feel(to) else [role.strip() for role in to.split(",") if role.strip()]
        for role in _unknown(look, roles):
            yield fault(element, f'there is no role "{short(role)}", which it notifies.', _role_remedy(look, role))


@rule("PW-712", section=OURS)
def priority_is_a_number(look: Look) -> Iterator[Fault]:
    """A user task's priority is a whole number from 0 to 100, or FEEL."""
    for element in look.elements("userTask"):
        text = element.priority
        number = text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 100
        if text and not number and not is_feel(text):
            yield fault(element, f'its priority is "{short(text)}".', "Use a whole number from 0 to 100.")


@rule("PW-713", section=OURS, severity="warning", plain="off")
def user_task_has_name(look: Look) -> Iterator[Fault]:
    """A user task has a name, since officers read it in their inbox."""
    for element in look.elements("userTask"):
        if not element.name:
            yield fault(element, "the user task has no name.", "Name it with what is to be done.")


@rule("PW-714", section=OURS, severity="warning", plain="off")
def external_task_says_so(look: Look) -> Iterator[Fault]:
    """A task with a topic has camunda:type="external", as modellers expect."""
    for element in look.elements("serviceTask", "sendTask"):
        if element.topic and element.task_type != "external":
            yield fault(element, 'it has a topic, but not camunda:type="external".', "Set camunda:type to external.")


@rule("PW-715", section=OURS)
def topic_is_whole(look: Look) -> Iterator[Fault]:
    """A task with the topic category says the category; one with live-cases says the result variable and the process,
    which there is."""
    for element in look.elements("serviceTask", "sendTask"):
        given = {parameter.name for parameter in element.inputs if parameter.text}
        needed = {"category": "category", "live-cases": "process"}.get(element.topic)
        if needed and needed not in given:
            message = f'the topic "{element.topic}" needs the parameter "{needed}".'
            yield fault(element, message, "Add it as a camunda:inputParameter.")
        yield from _unknown_process(look, element)
        if element.topic == "live-cases" and not element.result_variable:
            yield fault(element, "nothing keeps the cases that it lists.", "Fill in camunda:resultVariable.")


def _unknown_process(look: Look, element: Element) -> Iterator[Fault]:
    """Where the topic live-cases names a process, there is one."""
    keys = look.called
    for each in element.inputs if element.topic == "live-cases" and keys is not None else ():
        if each.name == "process" and not is_feel(each.text) and each.text.strip() not in (keys or ()):
            likely = near(each.text.strip(), keys or ())
            remedy = f"Did you mean {likely}?" if likely else "Name a process that there is, by its key."
            yield fault(
                element, f'there is no process "{short(each.text)}", so it would list no case.', remedy, each.line
            )


@rule("PW-716", section=OURS)
def for_each_is_understood(look: Look) -> Iterator[Fault]:
    """The property forEach stands on a start event of a process that is no message's or signal's, and says "school"."""
    for element in look.elements():
        value = element.properties.get("forEach")
        if value is None:
            if "forEachWhen" in element.properties:
                yield fault(element, "forEachWhen stands there without forEach.", "Add the property forEach: school.")
            continue
        kinds = {definition.kind for definition in element.event_definitions}
        if value != "school":
            yield fault(element, f'forEach is "{short(value)}".', 'Use "school": one case a school.')
        elif element.kind != "startEvent" or not kinds <= {"timer"}:
            yield fault(
                element, "forEach stands where nothing is started by it.", "Put it on a none or timer start event."
            )
