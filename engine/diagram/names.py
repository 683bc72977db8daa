"""The names of BPMN 2.0's XML, and the two ways of telling FEEL from a literal."""

from __future__ import annotations

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TASKS = _names("task userTask manualTask scriptTask serviceTask sendTask receiveTask businessRuleTask")
SUBPROCESSES = _names("subProcess transaction adHocSubProcess")
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = _names("exclusiveGateway inclusiveGateway parallelGateway eventBasedGateway complexGateway")
CATCHING = _names("startEvent intermediateCatchEvent boundaryEvent")
THROWING = _names("intermediateThrowEvent endEvent")
EVENTS = CATCHING | THROWING
# Choreography elements are flow nodes as well: they are read so that lint can say that they do not run.
CHOREOGRAPHY = _names("choreographyTask subChoreography callChoreography")
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS | CHOREOGRAPHY | {"implicitThrowEvent"}

DATA = _names("dataObject dataObjectReference dataStoreReference")
ARTIFACTS = _names("textAnnotation group")
ROOT_ITEMS = {"message": "message", "signal": "signal", "error": "error", "escalation": "escalation"}
LOOPS = {"standardLoopCharacteristics": "standard", "multiInstanceLoopCharacteristics": "multi"}
TIMER_KINDS = ("timeDate", "timeDuration", "timeCycle")

# The local name of an event definition's element, without "EventDefinition": timer, message, compensate...
EVENT_DEFINITIONS = _names("message timer signal error escalation conditional link compensate cancel terminate")

# Children of a process, a subprocess or a flow node that describe it and are no flow elements.
DESCRIPTIONS = _names(
    """documentation extensionElements auditing monitoring property ioSpecification laneSet supports
    correlationSubscription performer humanPerformer potentialOwner resourceRole supportedInterfaceRef
    ioBinding incoming outgoing dataInputAssociation dataOutputAssociation completionCondition
    standardLoopCharacteristics multiInstanceLoopCharacteristics"""
)


def is_feel(text: str) -> bool:
    """Whether a value that may be literal or FEEL is FEEL: whether it begins with ``=``."""
    return text.lstrip().startswith("=")


def strip_feel(text: str) -> str:
    """Give the FEEL of ``text`` without a leading ``=`` and the space around it."""
    return text.strip().removeprefix("=").strip()
