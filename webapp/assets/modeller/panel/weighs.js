// Whether the answers to a task are shown once more where its diagram does not say: by what can follow at once, as the engine looks
// at what does follow (engine/cases/foresight.py).
import { input, property } from './places.js';

const WAITS = new Set([ 'bpmn:UserTask', 'bpmn:ReceiveTask', 'bpmn:IntermediateCatchEvent', 'bpmn:EventBasedGateway' ]);
const definitions = (bo, type) => (bo.get('eventDefinitions') ?? []).some(each => each.$type === `bpmn:${type}EventDefinition`);
const topic = (bo, name) => bo.$instanceOf('bpmn:Task') && bo.get('camunda:topic') === name;

const REASONS = [
  [ 'tells somebody outside', (bo, outside) => topic(bo, 'notify') && (property('toSchool').get(bo) !== ''
    || outside.some(role => input('to').get(bo).split(/[^\w-]+/).includes(role))) ],
  [ 'categorises the school', bo => topic(bo, 'category') ],
  [ 'escalates the case', bo => bo.$type === 'bpmn:CallActivity' || Boolean(bo.get('messageRef') && bo.$type !== 'bpmn:ReceiveTask')
    || (bo.$instanceOf('bpmn:ThrowEvent') && (definitions(bo, 'Message') || definitions(bo, 'Signal'))) ],
  [ 'ends the case', bo => bo.$type === 'bpmn:EndEvent' && (bo.$parent?.$type === 'bpmn:Process' || definitions(bo, 'Terminate')) ]
];

/** What follows a task until somebody or something is waited for. */
function* following(task) {
  const seen = new Set();
  const next = [ task ];
  while (next.length) {
    const from = next.pop();
    const flows = (from.$parent?.get('flowElements') ?? []).filter(each => each.$type === 'bpmn:SequenceFlow');
    for (const flow of flows.filter(each => each.get('sourceRef') === from)) {
      const bo = flow.get('targetRef');
      if (bo && !seen.has(bo)) {
        seen.add(bo);
        yield bo;
        next.push(...onwards(bo));
      }
    }
  }
}

// A subprocess goes on at its starts, and the end of one goes on behind it.
function onwards(bo) {
  if (WAITS.has(bo.$type)) {
    return [];
  }
  if (bo.$instanceOf('bpmn:SubProcess')) {
    return (bo.get('flowElements') ?? []).filter(each => each.$type === 'bpmn:StartEvent');
  }
  return [ bo.$type === 'bpmn:EndEvent' && bo.$parent?.$instanceOf('bpmn:SubProcess') ? bo.$parent : bo ];
}

/** What counts where the property says nothing, in words. */
export function byDefault(task, outside) {
  const found = [ ...following(task) ];
  const why = REASONS.filter(([ , holds ]) => found.some(bo => holds(bo, outside))).map(([ said ]) => said);
  return why.length ? `Yes, where what follows ${why.join(', or ')}` : 'No: nothing that weighs follows at once';
}
