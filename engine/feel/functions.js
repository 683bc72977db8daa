// Functions and the types that their parameters have.
import { compiled, spelt } from './compile.js';
import { children } from './parse.js';
import { warn } from './run.js';
import { Scope } from './scope.js';
import { FeelFunction, kind } from './types.js';

export function functionOf(nodes, text) {
  if (nodes.some(each => each.name === 'external')) {
    return () => {
      warn('External functions are not supported');
      return null;
    };
  }
  const formal = nodes.find(each => each.name === 'FormalParameters');
  const parameters = (formal ? children(formal) : []).map(each => {
    const [ name, type ] = children(each);
    return { name: spelt(name, text), type: type ? typeOf(type, text) : () => true };
  });
  const body = compiled(children(nodes.find(each => each.name === 'FunctionBody'))[0], text);
  return scope => userFunction(parameters, names => body(new Scope(names, scope)));
}

// A function of FEEL's own: as many arguments as parameters, each of its type; null if they are not.
export function userFunction(parameters, body) {
  const names = parameters.map(each => each.name);
  return new FeelFunction(given => {
    const values = given instanceof Map ? ordered(names, given) : given;
    if (values === null || values.length !== names.length || !parameters.every(({ type }, i) => fits(type, values[i]))) {
      warn(`Cannot invoke a function of (${names.join(', ')}) with these arguments`);
      return null;
    }
    return body(new Map(names.map((name, i) => [ name, values[i] ])));
  }, names);
}

const fits = (type, value) => value === null || type(value);
const ordered = (names, given) => given.size === names.length && names.every(name => given.has(name))
  ? names.map(name => given.get(name)) : null;

export function invocation(nodes, text) {
  const target = compiled(nodes[0], text);
  const given = nodes[2].name === ')' ? () => [] : parameters(nodes[2], text);
  const name = spelt(nodes[0], text);
  return scope => {
    const called = target(scope);
    if (!(called instanceof FeelFunction)) {
      warn(`Cannot invoke '${name}'`);
      return null;
    }
    return called.invoke(given(scope)) ?? null;
  };
}

export function parameters(node, text) {
  if (node.name === 'NamedParameters') {
    const named = children(node).map(children).map(each => [ spelt(each[0], text), compiled(each.at(-1), text) ]);
    return scope => new Map(named.map(([ name, value ]) => [ name, value(scope) ]));
  }
  const values = children(node).map(each => compiled(each, text));
  return scope => values.map(value => value(scope));
}

// -- types --------------------------------------------------------------------------------------------------------------

const is = (...kinds) => value => kinds.includes(kind(value));
const DURATIONS = [ 'days and time duration', 'years and months duration' ];
const TYPES = {
  Any: value => value !== null,
  Null: value => value === null,
  ...Object.fromEntries([
    'number', 'string', 'boolean', 'date', 'time', 'date and time', ...DURATIONS, 'context', 'list', 'range', 'function',
  ].map(name => [ name, is(name) ])),
  duration: is(...DURATIONS),
  dateTime: is('date and time'),
  dayTimeDuration: is(DURATIONS[0]),
  yearMonthDuration: is(DURATIONS[1]),
};

const MADE_TYPES = {
  ListType(node, text) {
    const item = typeOf(node.getChild('Type'), text);
    return value => Array.isArray(value) && value.every(item);
  },
  ContextType(node, text) {
    const entries = node.getChild('ContextEntryTypes').getChildren('ContextEntryType')
      .map(each => [ spelt(each.firstChild, text), typeOf(each.getChild('Type'), text) ]);
    return value => value instanceof Map && entries.every(([ name, type ]) => value.has(name) && type(value.get(name)));
  },
  FunctionType(node) {
    const parameters = node.getChild('ArgumentTypes')?.getChildren('ArgumentType').length ?? 0;
    return value => value instanceof FeelFunction && value.parameters.length === parameters;
  },
};

export function typeOf(node, text) {
  const [ inner ] = children(node);
  const name = text.slice(inner.from, inner.to).replace(/\s+/g, ' ');
  return MADE_TYPES[inner.name]?.(inner, text) ?? (Object.hasOwn(TYPES, name) ? TYPES[name] : () => false);
}
