// What policies are made of, ready to be put on the canvas: each is an element or several, with what they need filled in or asked.
import { getNewShapePosition } from 'bpmn-js/lib/features/auto-place/BpmnAutoPlaceUtil';
import { fieldOf } from './panel/fields.js';

/** A block's `steps` follow one another, unless `after` names others. `says` are values by the ids of the panel's fields; `asks` are
 * fields that whoever draws fills in, of the step named or else the only one. `on`: which elements of a desktop drawing it fits. */
export const BLOCKS = [
  {
    id: 'officer-task', name: 'Officer task', on: [ 'bpmn:Task', 'bpmn:UserTask' ],
    steps: [ { type: 'bpmn:UserTask', name: 'Officer task', says: { dueDate: '10 working days' } } ],
    asks: [ 'formKey', 'candidateGroups', 'dueDate', 'onBehalf', 'clause' ]
  },
  {
    id: 'meeting', name: 'Meeting on a school timer', on: [ 'bpmn:IntermediateCatchEvent' ],
    steps: [
      { type: 'bpmn:IntermediateCatchEvent', event: 'bpmn:TimerEventDefinition', name: 'The day of the meeting', says: { timer: '1 half-term', timerRule: 'meeting' } },
      { type: 'bpmn:UserTask', name: 'Record the meeting', says: { dueDate: '5 working days' } }
    ],
    asks: [ 'timerRule', 'from', 'retime', 'clause' ]
  },
  {
    id: 'joint-decision', name: 'Joint decision', on: [ 'bpmn:Task', 'bpmn:UserTask' ],
    steps: [
      { id: 'split', type: 'bpmn:ParallelGateway' },
      { id: 'one', type: 'bpmn:UserTask', name: 'First half of the decision', after: [ 'split' ], says: { dueDate: '10 working days' } },
      { id: 'two', type: 'bpmn:UserTask', name: 'Second half of the decision', after: [ 'split' ], says: { dueDate: '10 working days', separateFrom: { of: 'one' } } },
      { id: 'join', type: 'bpmn:ParallelGateway', after: [ 'one', 'two' ] },
      { type: 'bpmn:ExclusiveGateway', name: 'Do both agree?', after: [ 'join' ] }
    ],
    asks: [ 'formKey', 'candidateGroups', 'dueDate', 'separateFrom', 'clause' ]
  },
  {
    id: 'consultation', name: 'Consultation', on: [ 'bpmn:Task', 'bpmn:UserTask' ],
    steps: [
      { id: 'ask', type: 'bpmn:UserTask', name: 'Consultation', says: { dueDate: '15 working days' } },
      {
        id: 'silence', type: 'bpmn:BoundaryEvent', event: 'bpmn:TimerEventDefinition', name: 'No answer by then', on: 'ask',
        says: { timer: '15 working days' }
      },
      { type: 'bpmn:ExclusiveGateway', after: [ 'ask', 'silence' ] }
    ],
    asks: [ 'formKey', 'candidateGroups', 'dueDate', 'onBehalf', 'clause' ]
  },
  {
    id: 'statutory-period', name: 'Statutory period', on: [ 'bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent' ],
    steps: [ {
      type: 'bpmn:IntermediateCatchEvent', event: 'bpmn:TimerEventDefinition', name: 'The period ends',
      says: { timer: '15 working days', timerRule: 'period', statutory: 'true' }
    } ],
    asks: [ 'timerRule', 'statutory', 'from', 'clause' ]
  },
  {
    id: 'report-from-outside', name: 'Report from outside',
    on: [ 'bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent', 'bpmn:StartEvent', 'bpmn:ReceiveTask' ],
    steps: [ { type: 'bpmn:IntermediateCatchEvent', event: 'bpmn:MessageEventDefinition', name: 'It is reported', says: { message: 'it-is-reported' } } ],
    asks: [ 'reportedBy', 'formOfReport', 'payload', 'clause' ]
  },
  {
    id: 'letter-or-notice', name: 'Letter or notice', on: [ 'bpmn:Task', 'bpmn:ServiceTask', 'bpmn:SendTask' ], becomes: 'bpmn:ServiceTask',
    steps: [ {
      type: 'bpmn:ServiceTask', name: 'Letter or notice',
      says: { topic: 'notify', subject: '= "About " + school.name', text: 'What it is about, what is asked, and by when.', toSchool: '= true' }
    } ],
    asks: [ 'to', 'subject', 'text', 'toSchool', 'clause' ]
  },
  {
    id: 'for-every-school', name: 'For every school', on: [ 'bpmn:StartEvent' ], alone: true,
    steps: [ {
      type: 'bpmn:StartEvent', event: 'bpmn:TimerEventDefinition', name: 'Each term', kind: 'timeCycle', says: { timer: 'every start of term', forEach: 'school' }
    } ],
    asks: [ 'forEach', 'forEachWhen', 'clause' ]
  }
];

const ROOM = 90; // pixels

// This place of a shape's middle, or the first below it where none of what is drawn beside it stands.
function free(at, shape, beside) {
  const solid = beside.filter(each => each !== shape && each.width && !each.labelTarget && each.type !== 'bpmn:Lane');
  const meets = y => each => Math.abs(each.x + each.width / 2 - at.x) < (each.width + shape.width) / 2
    && Math.abs(each.y + each.height / 2 - y) < (each.height + shape.height) / 2;
  let { y } = at;
  while (solid.some(meets(y))) {
    y += ROOM;
  }
  return { ...at, y };
}

class AddBlock {
  static $inject = [ 'modeling', 'elementFactory', 'bpmnFactory', 'autoPlace', 'canvas' ];

  constructor(modeling, elements, factory, autoPlace, canvas) {
    Object.assign(this, { modeling, elements, factory, autoPlace, canvas });
  }

  // One command, so that one undo takes all of a block back.
  preExecute(context) {
    const { block, after } = context;
    const made = {};
    let last = after;
    context.made = block.steps.map(step => {
      const [ first, ...others ] = step.after ? step.after.map(id => made[id]) : [ last ];
      const shape = this.put(step, first, made);
      others.forEach(each => this.modeling.connect(each, shape));
      made[step.id] = last = shape;
      return [ step, shape ];
    }).map(([ step, shape ]) => this.fill(step, shape, made));
  }

  put({ type, event, on }, after, made) {
    const shape = this.elements.createShape({ type, ...(event && { eventDefinitionType: event }) });
    if (on) {
      const host = made[on];
      return this.modeling.createShape(shape, { x: host.x + host.width / 2, y: host.y + host.height }, host, { attach: true });
    }
    const home = this.home();
    return after ? this.autoPlace.append(after, shape) : this.modeling.createShape(shape, free(this.middle(), shape, home.children), home);
  }

  middle() {
    const { x, y, width, height } = this.canvas.viewbox();
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  }

  home() {
    const { x, y } = this.middle();
    const pools = this.canvas.getRootElement().children.filter(each => each.type === 'bpmn:Participant');
    const over = pools.find(each => x > each.x && x < each.x + each.width && y > each.y && y < each.y + each.height);
    return over ?? this.canvas.getRootElement();
  }

  fill({ name, says = {}, kind }, shape, made) {
    const bo = shape.businessObject;
    const change = ([ element, values ]) => this.modeling.updateModdleProperties(shape, element, values);
    if (name) {
      this.modeling.updateProperties(shape, { name });
    }
    if (kind) {
      fieldOf('timerKind').at.set(bo, kind, this.factory).forEach(change);
    }
    Object.entries(says).forEach(([ id, value ]) => {
      fieldOf(id).at.set(bo, value.of ? made[value.of].businessObject.id : value, this.factory).forEach(change);
    });
    return shape;
  }
}

class Blocks {
  static $inject = [ 'commandStack', 'selection', 'canvas', 'elementRegistry', 'eventBus' ];

  constructor(commandStack, selection, canvas, known, eventBus) {
    Object.assign(this, { commandStack, selection, canvas, known });
    commandStack.registerHandler('app.block', AddBlock);
    eventBus.on('autoPlace', 1500, ({ source, shape }) => // before bpmn-js's own
      free(getNewShapePosition(source, shape, known), shape, source.parent.children));
  }

  /** Put a block after what is selected or, where nothing is, after the only step that nothing follows yet; else by itself. */
  add(id) {
    const block = BLOCKS.find(each => each.id === id);
    const context = { block, after: block.alone ? undefined : this.before() };
    this.commandStack.execute('app.block', context);
    const last = context.made.at(-1); // what comes next follows it
    this.selection.select(last);
    this.canvas.scrollToElement(last);
    return block.name;
  }

  before() {
    const leads = each => each.type !== 'label' && each.businessObject.$instanceOf?.('bpmn:FlowNode') && each.type !== 'bpmn:EndEvent';
    const [ chosen ] = this.selection.get();
    if (chosen) {
      return leads(chosen) ? chosen : undefined;
    }
    const open = this.known.filter(each => leads(each) && !each.outgoing.length);
    return open.length === 1 ? open[0] : undefined;
  }
}

export default { __init__: [ 'pathwaysBlocks' ], pathwaysBlocks: [ 'type', Blocks ] };

/** The blocks as element templates, which the desktop Camunda Modeler reads (for Camunda 7). */
export const templates = (authority, choices) => BLOCKS.map(block => ({
  $schema: 'https://unpkg.com/@camunda/element-templates-json-schema/resources/schema.json',
  id: `pathways.${authority}.${block.id}`,
  name: block.name,
  appliesTo: block.on,
  ...(block.becomes && { elementType: { value: block.becomes } }),
  properties: [ ...hidden(block), ...block.asks.map(id => asked(fieldOf(id), valueOf(block, id), choices)) ]
}));

// Of several steps, the one that a template can be is the last that says something of the kind.
const valueOf = ({ steps }, id) => steps.map(({ says = {} }) => says[id]).find(value => typeof value === 'string');

const hidden = ({ steps }) => (steps[0].says?.topic
  ? [ [ 'camunda:type', 'external' ], [ 'camunda:topic', steps[0].says.topic ] ] : [])
  .map(([ name, value ]) => ({ type: 'Hidden', value, binding: { type: 'property', name } }));

function asked(field, value, choices) {
  const options = field.as === 'one' ? field.choices ?? choices[field.from] : undefined;
  return {
    label: field.label,
    ...(field.note && choices.notes[field.note] && { description: choices.notes[field.note].replaceAll('`', '') }),
    type: options ? 'Dropdown' : field.long ? 'Text' : 'String',
    ...(options && { choices: options.map(({ value: name, label }) => ({ name: label, value: name })) }),
    ...(value && { value }),
    binding: field.at.binding,
    optional: field.at.binding.type !== 'property'
  };
}
