// Where a BPMN element keeps what the panel shows: each place reads a business object and says what to change on it. A change is
// a list of [element, {name: value}], which the panel carries out as one command, so that one undo takes it back.

const list = (holder, name) => holder?.get(name) ?? [];

function made(factory, type, attributes, parent) {
  const element = factory.create(type, attributes);
  element.$parent = parent;
  return element;
}

// `binding` is how an element template of the desktop Camunda Modeler names the same place.
/** An attribute, camunda's or BPMN's own. */
export const attribute = name => ({
  binding: { type: 'property', name },
  get: bo => bo.get(name) ?? '',
  set: (bo, value) => [ [ bo, { [name]: value || undefined } ] ]
});

/** A camunda:property by its name. */
export const property = name => ({
  binding: { type: 'camunda:property', name }, ...named(name, 'camunda:Properties', 'values', 'camunda:Property')
});

/** An input parameter by its name. */
export const input = name => ({
  binding: { type: 'camunda:inputParameter', name }, ...named(name, 'camunda:InputOutput', 'inputParameters', 'camunda:InputParameter')
});

const holderOf = (bo, type) => list(bo.get('extensionElements'), 'values').find(each => each.$type === type);

/** The named parts of a holder among the extension elements. */
export const names = (bo, type, part) => list(holderOf(bo, type), part).map(each => each.name);

function named(name, type, part, kind) {
  const find = bo => list(holderOf(bo, type), part).find(each => each.name?.trim() === name);
  return {
    get: bo => find(bo)?.value ?? '',
    set: (bo, value, factory) => {
      const found = find(bo);
      if (found && value) {
        return [ [ found, { value } ] ];
      }
      return found ? without(bo, type, part, found) : value ? withOne(bo, type, part, kind, { name, value }, factory) : [];
    }
  };
}

function withOne(bo, type, part, kind, attributes, factory) {
  const holder = holderOf(bo, type);
  if (holder) {
    return [ [ holder, { [part]: [ ...list(holder, part), made(factory, kind, attributes, holder) ] } ] ];
  }
  const extensions = bo.get('extensionElements') ?? made(factory, 'bpmn:ExtensionElements', { values: [] }, bo);
  const fresh = made(factory, type, {}, extensions);
  fresh[part] = [ made(factory, kind, attributes, fresh) ];
  const values = [ ...list(extensions, 'values'), fresh ];
  if (bo.get('extensionElements')) {
    return [ [ extensions, { values } ] ];
  }
  extensions.values = values;
  return [ [ bo, { extensionElements: extensions } ] ];
}

// What held nothing else goes too: an empty element says nothing to whoever reads the file.
function without(bo, type, part, found) {
  const holder = holderOf(bo, type);
  const rest = list(holder, part).filter(each => each !== found);
  if (rest.length || (type === 'camunda:InputOutput' && list(holder, 'outputParameters').length)) {
    return [ [ holder, { [part]: rest } ] ];
  }
  const extensions = bo.get('extensionElements');
  const values = list(extensions, 'values').filter(each => each !== holder);
  return [ values.length ? [ extensions, { values } ] : [ bo, { extensionElements: undefined } ] ];
}

/** What an expression element says, such as a flow's condition: an attribute that holds a FormalExpression. */
export const expression = name => ({
  get: bo => bo.get(name)?.body ?? '',
  set: (bo, value, factory) => [ [ bo, { [name]: value ? made(factory, 'bpmn:FormalExpression', { body: value }, bo) : undefined } ] ]
});

export const timerOf = bo => list(bo, 'eventDefinitions').find(each => each.$type === 'bpmn:TimerEventDefinition');
export const TIMERS = [ 'timeDate', 'timeDuration', 'timeCycle' ];

/** Which kind of timer an event has. */
export const timerKind = {
  get: bo => TIMERS.find(each => timerOf(bo)?.get(each)) ?? '',
  set: (bo, value, factory) => {
    const timer = timerOf(bo);
    const body = timerText.get(bo);
    const kinds = Object.fromEntries(TIMERS.map(each => [ each, undefined ]));
    return [ [ timer, value ? { ...kinds, [value]: made(factory, 'bpmn:FormalExpression', { body }, timer) } : kinds ] ];
  }
};

/** What a timer says. */
export const timerText = {
  get: bo => timerOf(bo)?.get(timerKind.get(bo))?.body ?? '',
  set: (bo, value, factory) => {
    const timer = timerOf(bo);
    const kind = timerKind.get(bo) || 'timeDuration';
    return [ [ timer, { [kind]: made(factory, 'bpmn:FormalExpression', { body: value }, timer) } ] ];
  }
};

/** What a called process is given (camunda:In) or gives back (camunda:Out): a line each, `name` or `name = FEEL`, or `all`. A line
 * that is as it was stays as it is written. */
export const mappings = type => {
  const mine = each => each.$type === type && said(each);
  return {
    get: bo => list(bo.get('extensionElements'), 'values').filter(mine).map(said).join('\n'),
    set: (bo, value, factory) => {
      const extensions = bo.get('extensionElements') ?? made(factory, 'bpmn:ExtensionElements', { values: [] }, bo);
      const before = list(extensions, 'values');
      const lines = value.split('\n').map(each => each.trim()).filter(Boolean);
      const now = lines.map(line => before.find(each => mine(each) && said(each) === line) ?? made(factory, type, meant(line), extensions));
      const at = before.findIndex(mine);
      const others = before.filter(each => !mine(each));
      const values = at < 0 ? [ ...others, ...now ] : [ ...others.slice(0, at), ...now, ...others.slice(at) ];
      if (bo.get('extensionElements')) {
        return [ values.length ? [ extensions, { values } ] : [ bo, { extensionElements: undefined } ] ];
      }
      extensions.values = values;
      return values.length ? [ [ bo, { extensionElements: extensions } ] ] : [];
    }
  };
};

function said({ variables, source, sourceExpression, target, businessKey }) {
  if (businessKey) {
    return '';
  }
  if (variables) {
    return variables;
  }
  return sourceExpression ? `${target} = ${sourceExpression.replace(/^=\s*/, '').replaceAll(/\s*\n\s*/g, ' ')}` : source === target ? target : `${target} = ${source}`;
}

function meant(line) {
  if (line === 'all') {
    return { variables: 'all' };
  }
  const [ , target, text ] = /^([^=]*?)\s*(?:=\s*(.*))?$/s.exec(line);
  if (!text) {
    return { source: target, target };
  }
  return /^[A-Za-z_]\w*$/.test(text) ? { source: text, target } : { sourceExpression: `= ${text}`, target };
}

const eventOf = bo => list(bo, 'eventDefinitions').find(each => each.$type === 'bpmn:MessageEventDefinition') ?? bo;

function definitionsOf(bo) {
  return bo.$parent ? definitionsOf(bo.$parent) : bo;
}

const PARTS = [ 'rootElements', 'flowElements', 'eventDefinitions', 'messageFlows' ];

// Everything in an element, but for one.
function others(element, but) {
  const inside = PARTS.flatMap(part => list(element, part)).filter(each => each !== but);
  return [ ...inside, ...inside.flatMap(each => others(each, but)) ];
}

/** The message of an event or a task, by its name: the file's own element of that name, or its own one by a new name, or a new one.
 * A name is set while it is typed: a message that nothing else refers to is renamed, and goes when nothing refers to it any more. */
export const message = {
  get: bo => eventOf(bo).get('messageRef')?.name ?? '',
  set: (bo, name, factory) => {
    const [ event, at ] = [ eventOf(bo), definitionsOf(bo) ];
    const [ elements, now ] = [ at.get('rootElements'), event.get('messageRef') ];
    if (now?.name === name) {
      return [];
    }
    const alone = now && !others(at, event).some(each => each.get('messageRef') === now);
    const found = elements.find(each => each.$type === 'bpmn:Message' && each.name === name);
    if (name && !found && alone) {
      return [ [ now, { name } ] ];
    }
    const fresh = name && !found ? [ made(factory, 'bpmn:Message', { name }, at) ] : [];
    const rootElements = [ ...elements.filter(each => !alone || each !== now), ...fresh ];
    return [ [ event, { messageRef: found ?? fresh[0] } ], ...(fresh.length || alone ? [ [ at, { rootElements } ] ] : []) ];
  }
};

/** Whether a flow is taken where no other way is true: then it has no condition of its own. */
export const otherwise = {
  get: bo => (bo.get('sourceRef')?.get('default') === bo ? 'true' : ''),
  set: (bo, value) => [ [ bo.get('sourceRef'), { default: value ? bo : undefined } ], [ bo, value ? { conditionExpression: undefined } : {} ] ]
};
