"""Which attributes, and which elements inside it, BPMN 2.0.2 gives each of its elements (Semantic.xsd and BPMN20.xsd): what has
no namespace of its own and is none of these, nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def _table(rows: str) -> Mapping[str, frozenset[str]]:
    """Read a table: on each line elements, a colon, and what each of them may have beside what all may have."""
    return dict(_entries(rows))


def _entries(rows: str) -> Iterator[tuple[str, frozenset[str]]]:
    for row in rows.strip().split(";"):
        elements, _, names = row.partition(":")
        yield from ((element, frozenset(names.split())) for element in elements.split())


_ATTRIBUTES = _table(
    """
    activationCondition completionCondition condition conditionExpression dataPath formalExpression from
        loopCardinality loopCondition messagePath timeCycle timeDate timeDuration to transformation:
        evaluatesToTypeRef language;
    adHocSubProcess: cancelRemainingInstances completionQuantity default isForCompensation name ordering
        startQuantity triggeredByEvent;
    association: associationDirection sourceRef targetRef;
    boundaryEvent: attachedToRef cancelActivity name parallelMultiple;
    businessRuleTask userTask: completionQuantity default implementation isForCompensation name startQuantity;
    callActivity: calledElement completionQuantity default isForCompensation name startQuantity;
    callChoreography: calledChoreographyRef initiatingParticipantRef loopType name;
    callConversation: calledCollaborationRef name;
    category childLaneSet conversation correlationKey dataState endEvent globalManualTask globalTask
        humanPerformer implicitThrowEvent inputSet intermediateThrowEvent laneSet linkEventDefinition outputSet
        partnerEntity partnerRole performer potentialOwner resource resourceRole subConversation: name;
    categoryValue: value;
    choreography collaboration globalConversation: isClosed name;
    choreographyTask subChoreography: initiatingParticipantRef loopType name;
    compensateEventDefinition: activityRef waitForCompletion;
    complexGateway exclusiveGateway inclusiveGateway: default gatewayDirection name;
    conversationAssociation: innerConversationNodeRef outerConversationNodeRef;
    conversationLink: name sourceRef targetRef;
    correlationProperty: name type;
    correlationPropertyBinding: correlationPropertyRef;
    correlationPropertyRetrievalExpression messageEventDefinition: messageRef;
    correlationSubscription: correlationKeyRef;
    dataInput dataObject dataOutput inputDataItem outputDataItem: isCollection itemSubjectRef name;
    dataObjectReference: dataObjectRef itemSubjectRef name;
    dataStore: capacity isUnlimited itemSubjectRef name;
    dataStoreReference: dataStoreRef itemSubjectRef name;
    definitions: exporter exporterVersion expressionLanguage name targetNamespace typeLanguage;
    documentation textAnnotation: textFormat;
    error: errorCode name structureRef;
    errorEventDefinition: errorRef;
    escalation: escalationCode name structureRef;
    escalationEventDefinition: escalationRef;
    eventBasedGateway: eventGatewayType gatewayDirection instantiate name;
    extension: definition mustUnderstand;
    globalBusinessRuleTask globalUserTask: implementation name;
    globalChoreographyTask: initiatingParticipantRef isClosed name;
    globalScriptTask: name scriptLanguage;
    group: categoryValueRef;
    import: importType location namespace;
    interface operation: implementationRef name;
    intermediateCatchEvent: name parallelMultiple;
    ioBinding: inputDataRef operationRef outputDataRef;
    itemDefinition: isCollection itemKind structureRef;
    lane: name partitionElementRef;
    manualTask task: completionQuantity default isForCompensation name startQuantity;
    message: itemRef name;
    messageFlow: messageRef name sourceRef targetRef;
    messageFlowAssociation: innerMessageFlowRef outerMessageFlowRef;
    multiInstanceLoopCharacteristics: behavior isSequential noneBehaviorEventRef oneBehaviorEventRef;
    parallelGateway: gatewayDirection name;
    participant: name processRef;
    participantMultiplicity: maximum minimum;
    process: definitionalCollaborationRef isClosed isExecutable name processType;
    property: itemSubjectRef name;
    receiveTask: completionQuantity default implementation instantiate isForCompensation messageRef name
        operationRef startQuantity;
    relationship: direction type;
    resourceParameter: isRequired name type;
    resourceParameterBinding: parameterRef;
    scriptTask: completionQuantity default isForCompensation name scriptFormat startQuantity;
    sendTask: completionQuantity default implementation isForCompensation messageRef name operationRef
        startQuantity;
    sequenceFlow: isImmediate name sourceRef targetRef;
    serviceTask: completionQuantity default implementation isForCompensation name operationRef startQuantity;
    signal: name structureRef;
    signalEventDefinition: signalRef;
    standardLoopCharacteristics: loopMaximum testBefore;
    startEvent: isInterrupting name parallelMultiple;
    subProcess: completionQuantity default isForCompensation name startQuantity triggeredByEvent;
    transaction: completionQuantity default isForCompensation method name startQuantity triggeredByEvent
    """
)
_CHILDREN = _table(
    """
    assignment: from to;
    boundaryEvent intermediateCatchEvent startEvent: auditing cancelEventDefinition categoryValueRef
        compensateEventDefinition conditionalEventDefinition dataOutput dataOutputAssociation
        errorEventDefinition escalationEventDefinition eventDefinitionRef incoming linkEventDefinition
        messageEventDefinition monitoring outgoing outputSet property signalEventDefinition
        terminateEventDefinition timerEventDefinition;
    businessRuleTask callActivity manualTask receiveTask sendTask serviceTask task: auditing categoryValueRef
        dataInputAssociation dataOutputAssociation humanPerformer incoming ioSpecification monitoring
        multiInstanceLoopCharacteristics outgoing performer potentialOwner property resourceRole
        standardLoopCharacteristics;
    callChoreography: auditing categoryValueRef correlationKey incoming monitoring outgoing
        participantAssociation participantRef;
    category: categoryValue;
    childLaneSet laneSet: lane;
    choreographyTask: auditing categoryValueRef correlationKey incoming messageFlowRef monitoring outgoing
        participantRef;
    collaboration: association callConversation choreographyRef conversation conversationAssociation
        conversationLink correlationKey group messageFlow messageFlowAssociation participant
        participantAssociation subConversation textAnnotation;
    complexBehaviorDefinition conditionalEventDefinition: condition;
    complexGateway: activationCondition auditing categoryValueRef incoming monitoring outgoing;
    correlationKey: correlationPropertyRef;
    correlationProperty: correlationPropertyRetrievalExpression;
    correlationPropertyBinding: dataPath;
    correlationPropertyRetrievalExpression: messagePath;
    correlationSubscription: correlationPropertyBinding;
    dataAssociation dataInputAssociation dataOutputAssociation: assignment sourceRef targetRef transformation;
    dataInput dataOutput dataStore inputDataItem outputDataItem property: dataState;
    dataObject dataObjectReference dataStoreReference: auditing categoryValueRef dataState monitoring;
    definitions: cancelEventDefinition category choreography collaboration compensateEventDefinition
        conditionalEventDefinition correlationProperty dataStore endPoint error errorEventDefinition escalation
        escalationEventDefinition extension globalBusinessRuleTask globalChoreographyTask globalConversation
        globalManualTask globalScriptTask globalTask globalUserTask import interface itemDefinition
        linkEventDefinition message messageEventDefinition partnerEntity partnerRole process relationship
        resource signal signalEventDefinition terminateEventDefinition timerEventDefinition;
    endEvent implicitThrowEvent intermediateThrowEvent: auditing cancelEventDefinition categoryValueRef
        compensateEventDefinition conditionalEventDefinition dataInput dataInputAssociation errorEventDefinition
        escalationEventDefinition eventDefinitionRef incoming inputSet linkEventDefinition
        messageEventDefinition monitoring outgoing property signalEventDefinition terminateEventDefinition
        timerEventDefinition;
    eventBasedGateway exclusiveGateway inclusiveGateway parallelGateway: auditing categoryValueRef incoming
        monitoring outgoing;
    globalBusinessRuleTask globalManualTask globalTask: humanPerformer ioBinding ioSpecification performer
        potentialOwner resourceRole supportedInterfaceRef;
    globalScriptTask: humanPerformer ioBinding ioSpecification performer potentialOwner resourceRole script
        supportedInterfaceRef;
    globalUserTask: humanPerformer ioBinding ioSpecification performer potentialOwner rendering resourceRole
        supportedInterfaceRef;
    humanPerformer performer potentialOwner resourceRole: resourceAssignmentExpression resourceParameterBinding
        resourceRef;
    inputSet: dataInputRefs optionalInputRefs outputSetRefs whileExecutingInputRefs;
    interface: operation;
    ioSpecification: dataInput dataOutput inputSet outputSet;
    lane: childLaneSet flowNodeRef partitionElement;
    linkEventDefinition relationship: source target;
    messageEventDefinition: operationRef;
    multiInstanceLoopCharacteristics: completionCondition complexBehaviorDefinition inputDataItem
        loopCardinality loopDataInputRef loopDataOutputRef outputDataItem;
    operation: errorRef inMessageRef outMessageRef;
    outputSet: dataOutputRefs inputSetRefs optionalOutputRefs whileExecutingOutputRefs;
    participant: endPointRef interfaceRef participantMultiplicity;
    participantAssociation: innerParticipantRef outerParticipantRef;
    partnerEntity partnerRole: participantRef;
    resource: resourceParameter;
    resourceAssignmentExpression resourceParameterBinding: expression formalExpression;
    scriptTask: auditing categoryValueRef dataInputAssociation dataOutputAssociation humanPerformer incoming
        ioSpecification monitoring multiInstanceLoopCharacteristics outgoing performer potentialOwner property
        resourceRole script standardLoopCharacteristics;
    sequenceFlow: auditing categoryValueRef conditionExpression monitoring;
    standardLoopCharacteristics: loopCondition;
    textAnnotation: text;
    timerEventDefinition: timeCycle timeDate timeDuration;
    userTask: auditing categoryValueRef dataInputAssociation dataOutputAssociation humanPerformer incoming
        ioSpecification monitoring multiInstanceLoopCharacteristics outgoing performer potentialOwner property
        rendering resourceRole standardLoopCharacteristics
    """
)

_EVERYWHERE = frozenset({"id"})
_INSIDE_ALL = frozenset({"documentation", "extensionElements"})
#: What holds flow elements: the reader itself tells what does not belong there.
_HOLDERS = frozenset(
    [
        "process",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "choreography",
        "globalChoreographyTask",
        "subChoreography",
        "globalConversation",
        "subConversation",
        "callConversation",
        "conversation",
        "documentation",
        "extensionElements",
        "rendering",
        "text",
        "script",
    ]
)


def attributes_of(element: str) -> frozenset[str]:
    """The attributes, without a namespace, that BPMN knows on an element of this name."""
    return _EVERYWHERE | _ATTRIBUTES.get(element, frozenset())


def parts_of(element: str) -> frozenset[str] | None:
    """The BPMN elements that BPMN knows directly inside one of this name; None where anything may stand, or where the reader
    tells."""
    return None if element in _HOLDERS else _INSIDE_ALL | _CHILDREN.get(element, frozenset())
