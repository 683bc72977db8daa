// What the panel asks of each element: only what Pathways runs, so that what the check refuses cannot be chosen.
import { attribute, expression, input, mappings, message, otherwise, property, timerKind, timerOf, timerText } from './places.js';
import { byDefault } from './weighs.js';

const kind = (...types) => bo => types.some(type => bo.$type === `bpmn:${type}`);
const has = type => bo => (bo.get('eventDefinitions') ?? []).some(each => each.$type === `bpmn:${type}EventDefinition`);
const all = (...tests) => bo => tests.every(test => test(bo));
const any = (...tests) => bo => tests.some(test => test(bo));
const not = test => bo => !test(bo);

const user = kind('UserTask');
const process = kind('Process');
const start = kind('StartEvent');
const catching = kind('StartEvent', 'IntermediateCatchEvent', 'BoundaryEvent');
const throwing = kind('IntermediateThrowEvent', 'EndEvent');
const activity = bo => bo.$instanceOf('bpmn:Activity');
const event = bo => bo.$instanceOf('bpmn:Event');
const timed = bo => Boolean(timerOf(bo));
const waits = any(kind('ReceiveTask'), all(catching, has('Message')));
const throws = any(all(throwing, has('Message')), all(kind('SendTask', 'ServiceTask'), bo => Boolean(bo.get('messageRef'))));
const plainStart = all(start, bo => !(bo.get('eventDefinitions') ?? []).length, bo => bo.$parent?.$type === 'bpmn:Process');
const service = kind('ServiceTask', 'SendTask');
const topic = name => all(service, bo => bo.get('camunda:topic') === name);
const several = bo => bo.get('loopCharacteristics')?.$type === 'bpmn:MultiInstanceLoopCharacteristics';
const results = kind('ScriptTask', 'BusinessRuleTask');
const loop = name => ({
  get: bo => bo.get('loopCharacteristics').get(name) ?? '',
  set: (bo, value) => [ [ bo.get('loopCharacteristics'), { [name]: value || undefined } ] ]
});

const chosenFrom = all(kind('SequenceFlow'), bo => {
  const from = bo.get('sourceRef');
  return from && (activity(from) || [ 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway' ].includes(from.$type));
});

const YES = [ { value: 'true', label: 'Yes' }, { value: 'false', label: 'No' } ];
const chosen = (value, label) => ({ value, label });

/** `as`: text, named (a text that is mostly one of `from`), lines, feel (FEEL, always), either (text, or FEEL after `=`), timer (with `plain`, in words or ISO 8601 alone), one (of `from`) or many (of `from`, with commas). */
const group = (id, label, ...fields) => ({ id, label, fields });
const field = (id, label, where, at, as, more = {}) => ({ id, label, where, at, as, ...more });
const own = (name, label, where, as, more) => field(name, label, where, property(name), as, { note: name, ...more });

const OF_TOPIC = {
  get: attribute('camunda:topic').get,
  set: (bo, value) => [ [ bo, { 'camunda:topic': value || undefined, 'camunda:type': value ? 'external' : undefined } ] ]
};
// FEEL is the only language of scripts, so that it need not be chosen.
const SCRIPT = { get: bo => bo.get('script') ?? '', set: (bo, value) => [ [ bo, { script: value || undefined, scriptFormat: 'feel' } ] ] };
const LAST = [ chosen('last', 'With its last answers, where it was sent back') ];

export const GROUPS = [
  group('work', 'Who does it, and by when',
    field('formKey', 'Form', any(user, all(start, not(has('Timer')), not(has('Message')), plainStart)), attribute('camunda:formKey'), 'one', { from: 'forms' }),
    field('candidateGroups', 'Roles whose task it is', user, attribute('camunda:candidateGroups'), 'many', { from: 'roles' }),
    field('assignee', 'One person, by user name', user, attribute('camunda:assignee'), 'either'),
    field('dueDate', 'Due', user, attribute('camunda:dueDate'), 'timer', { timer: 'due' }),
    field('followUpDate', 'Follow up', user, attribute('camunda:followUpDate'), 'timer', { timer: 'due' }),
    field('priority', 'Priority', user, attribute('camunda:priority'), 'text'),
    own('onBehalf', 'Roles that may record the answer for them', user, 'many', { from: 'roles' }),
    own('noAnswer', 'What holds when no answer came', all(user, bo => property('onBehalf').get(bo)), 'feel'),
    own('separateFrom', 'Somebody else must do', user, 'many', { from: 'tasks' }),
    own('checkAnswers', 'Answers are shown once more', user, 'one', { choices: YES, none: byDefault }),
    own('prefill', 'Begins', user, 'one', { choices: LAST, none: 'Empty' }),
    own('report', 'Report', user, 'one', { from: 'reports' }),
    own('lastDay', 'Variable for a period’s last day', any(user, kind('ScriptTask')), 'text'),
    own('lastDayOf', 'The period', all(any(user, kind('ScriptTask')), bo => property('lastDay').get(bo)), 'feel'),
    own('lastDayFrom', 'Runs after the day', all(any(user, kind('ScriptTask')), bo => property('lastDay').get(bo)), 'feel')),
  group('when', 'When',
    field('timerKind', 'Kind of timer', timed, timerKind, 'one', {
      choices: [ chosen('timeDate', 'On a day'), chosen('timeDuration', 'After a time'), chosen('timeCycle', 'Again and again') ]
    }),
    field('timer', 'Time', timed, timerText, 'timer', { timer: bo => timerKind.get(bo) }),
    own('from', 'Counted from', any(timed, all(user, bo => bo.get('camunda:dueDate'))), 'feel'),
    own('timerRule', 'On days without school', any(timed, all(user, bo => bo.get('camunda:dueDate'))), 'one', {
      choices: [ chosen('meeting', 'A meeting: moves to a school day'), chosen('period', 'A period: never moves') ], none: 'As its words say'
    }),
    own('statutory', 'A period of the law', all(timed, not(start)), 'one', { choices: YES, none: 'No' }),
    own('retime', 'Follows its variables', timed, 'one', { choices: YES, none: 'No' }),
    own('catchUp', 'Beats that were missed', all(timed, bo => timerKind.get(bo) === 'timeCycle'), 'one', {
      choices: [ chosen('every', 'Are made up for'), chosen('once', 'Count once') ], none: 'Count once'
    }),
    own('forEach', 'A case for each school', any(all(start, timed), plainStart), 'one', { choices: [ chosen('school', 'Yes') ], none: 'No' }),
    own('forEachWhen', 'For the schools for which', bo => start(bo) && property('forEach').get(bo), 'feel', { knows: 'school' })),
  group('told', 'What has happened, and who says so',
    field('message', 'Message', any(waits, throws), message, 'named', { from: 'messages' }),
    own('reportedBy', 'Roles that may report it', waits, 'many', { from: 'roles' }),
    field('formOfStart', 'Form', all(start, has('Message')), attribute('camunda:formKey'), 'one', { from: 'forms' }),
    field('formOfReport', 'Form', all(waits, not(start)), property('formKey'), 'one', { from: 'forms', note: 'formKey' }),
    own('payload', 'What it brings', any(waits, all(catching, has('Signal'))), 'text'),
    own('correlationKey', 'Key that it must carry', waits, 'feel'),
    own('businessKey', 'Key that it carries', throws, 'feel'),
    own('keepFor', 'Waits for its case', throws, 'timer', { timer: 'timeDuration', plain: true })),
  group('does', 'What it does',
    field('topic', 'Topic', all(service, not(throws)), OF_TOPIC, 'one', {
      choices: [ chosen('notify', 'Tell people'), chosen('category', 'Put the school in a category'), chosen('live-cases', 'List open cases') ]
    }),
    field('to', 'Roles that are told', topic('notify'), input('to'), 'many', { from: 'roles' }),
    own('toSchool', 'The school’s own address is told too', topic('notify'), 'feel'),
    field('subject', 'Subject', topic('notify'), input('subject'), 'either'),
    field('text', 'Text', topic('notify'), input('text'), 'either', { long: true }),
    field('meeting', 'Meeting on', topic('notify'), input('meeting'), 'feel'),
    field('category', 'Category', topic('category'), input('category'), 'either'),
    field('reason', 'Reason', topic('category'), input('reason'), 'either', { long: true }),
    own('whereHeld', 'Where another case holds it', topic('category'), 'one', { choices: [ chosen('leave', 'Leave it') ], none: 'An incident' }),
    field('process', 'Process', topic('live-cases'), input('process'), 'one', { from: 'processes' }),
    field('expression', 'FEEL', all(kind('ServiceTask'), not(throws), bo => !bo.get('camunda:topic')), attribute('camunda:expression'), 'feel', { long: true }),
    field('script', 'FEEL', kind('ScriptTask'), SCRIPT, 'feel', { long: true }),
    field('decisionRef', 'Decision', kind('BusinessRuleTask'), attribute('camunda:decisionRef'), 'one', { from: 'decisions' }),
    field('mapDecisionResult', 'Gives', kind('BusinessRuleTask'), attribute('camunda:mapDecisionResult'), 'one', {
      choices: [
        chosen('singleEntry', 'One value'), chosen('singleResult', 'One row'), chosen('collectEntries', 'A list of values'),
        chosen('resultList', 'A list of rows')
      ],
      none: 'A list of rows'
    }),
    field('resultVariable', 'Variable for the result', any(results, topic('live-cases'), all(service, bo => bo.get('camunda:expression'))), attribute('camunda:resultVariable'), 'text'),
    own('nullAllowed', 'Null is a result', any(results, all(service, bo => bo.get('camunda:expression'))), 'one', { choices: YES, none: 'No' }),
    field('calledElement', 'Process', kind('CallActivity'), attribute('calledElement'), 'one', { from: 'processes' }),
    field('in', 'Is given', kind('CallActivity'), mappings('camunda:In'), 'lines'),
    field('out', 'Gives back', kind('CallActivity'), mappings('camunda:Out'), 'lines')),
  group('if', 'Only if',
    field('otherwise', 'Taken where no other way is true', chosenFrom, otherwise, 'one', { choices: [ chosen('true', 'Yes') ], none: 'No' }),
    field('condition', 'Condition', kind('SequenceFlow'), expression('conditionExpression'), 'feel', { long: true }),
    field('conditional', 'Happens when', has('Conditional'), {
      get: bo => expression('condition').get(bo.get('eventDefinitions').find(each => each.$type === 'bpmn:ConditionalEventDefinition')),
      set: (bo, ...words) => expression('condition').set(
        bo.get('eventDefinitions').find(each => each.$type === 'bpmn:ConditionalEventDefinition'), ...words)
    }, 'feel', { long: true }),
    own('onlyWhen', 'Lawful for schools for which', any(activity, all(event, not(start), not(kind('BoundaryEvent')))), 'feel', { knows: 'school' })),
  group('several', 'For each of several',
    field('collection', 'List', several, loop('camunda:collection'), 'either'),
    field('elementVariable', 'Variable for one', several, loop('camunda:elementVariable'), 'text'),
    own('outputCollection', 'Variable for the results', several, 'text'),
    own('outputElement', 'One result', several, 'feel')),
  group('cases', 'Its cases',
    field('candidateStarterGroups', 'Roles that may start one', process, attribute('camunda:candidateStarterGroups'), 'many', { from: 'roles' }),
    own('visibleTo', 'Roles that may see them', process, 'many', { from: 'roles' }),
    own('needsSchool', 'Each is about a school', process, 'one', { choices: YES, none: 'No' }),
    own('startWhen', 'For schools for which', process, 'feel', { knows: 'school' }),
    own('endWhen', 'Ends with schools for which', process, 'feel', { knows: 'school' }),
    own('closedSchools', 'For closed schools too', process, 'one', { choices: YES, none: 'No' }),
    own('cases', 'Several for one school', process, 'one', { choices: [ chosen('one', 'No'), chosen('many', 'Yes') ], none: 'No' }),
    own('whileOpen', 'A round meets an open case', process, 'one', {
      choices: [ chosen('skip', 'Passes the school over'), chosen('begin', 'Begins another'), chosen('end', 'Ends the open one') ],
      none: 'Passes the school over'
    }),
    own('holdsCategory', 'Categories that it holds', process, 'text'),
    own('bars', 'Who has a conflict of interest', process, 'feel')),
  group('policy', 'What it carries of the policy',
    own('clause', 'Clauses', any(activity, event, process, kind('SequenceFlow'), bo => bo.$instanceOf('bpmn:Gateway')), 'many', { from: 'clauses' }),
    own('clausePartly', 'Of these, only served', bo => property('clause').get(bo) && !process(bo), 'many', { from: 'clauses' }))
];

const FIELDS = new Map(GROUPS.flatMap(({ fields }) => fields.map(each => [ each.id, each ])));

const kindOf = ({ at }) => (at.binding?.type === 'camunda:inputParameter' ? 'parameters' : 'attributes');
const written = ({ id, note, at }) => note ?? at.binding?.name.replace('camunda:', '') ?? id;

/** The labels of fields, by the attribute or property, or the parameter, that they write: what the engine finds is told by them. */
export const labels = { attributes: {}, parameters: {} };
for (const each of FIELDS.values()) {
  labels[kindOf(each)][written(each)] ??= each.label;
}

/** A field by its id. */
export const fieldOf = id => FIELDS.get(id);
