// What a FEEL expression means (DMN 1.3 section 10.3.2): the tree of lezer-feel is made into functions of a scope.
import { ARITHMETIC, negative } from './arithmetic.js';
import { BUILTINS } from './builtins.js';
import { children, FeelSyntaxError } from './parse.js';
import { run, warn } from './run.js';
import { FeelDate, literal, nextDay } from './temporal.js';
import {
  and, compare, COMPARISONS, entry, equal, every, FeelFunction, FeelRange, isWhole, kind, not, number, Numeric, or, property,
  same, some, text as written, within,
} from './types.js';

// -- scopes -----------------------------------------------------------------------------------------------------------

// Names and their values, and the scope around them.
export class Scope {
  constructor(names, around = null) {
    this.names = names;
    this.around = around;
  }

  own(name) {
    return entry(this.names, name);
  }

  // Undefined if nothing has that name.
  find(name) {
    for (let scope = this; scope; scope = scope.around) {
      const found = scope.own(name);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
}

// A scope of one name, as a loop makes many.
class Named extends Scope {
  constructor(name, value, around) {
    super(null, around);
    this.name = name;
    this.value = value;
  }

  own(name) {
    return name === this.name ? this.value : undefined;
  }
}

const inside = (scope, name, value) => new Named(name, value, scope);

// A filter's condition sees the entries of what it looks at, and all of it as "item".
function ofItem(scope, item) {
  const around = inside(scope, 'item', item);
  return item instanceof Map ? new Scope(item, around) : around;
}

// -- arithmetic ------------------------------------------------------------------------------------------------------

function arithmetic(nodes, text) {
  const operator = text.slice(nodes.at(-2).from, nodes.at(-2).to);
  const right = compiled(nodes.at(-1), text);
  if (nodes.length === 2) {
    return scope => negative(right(scope));
  }
  const left = compiled(nodes[0], text);
  const [ apply, word ] = ARITHMETIC[operator];
  return scope => {
    const a = left(scope);
    const b = right(scope);
    const made = apply(a, b);
    if (made === null) {
      warn(`Can't ${word} '${written(b)}' to '${written(a)}'`.slice(0, 200));
    }
    return made;
  };
}

// -- tests (10.3.2.11, table 42) --------------------------------------------------------------------------------------

// Whether an input passes a test's value: it equals it, or is in the range or the list.
function passes(value, input) {
  if (value instanceof FeelRange) {
    return within(value, input);
  }
  if (value instanceof FeelFunction && value.test) {
    return value.invoke([ input ]);
  }
  if (Array.isArray(value)) {
    return value.some(each => each instanceof FeelRange ? within(each, input) === true : same(each, input)) || same(value, input);
  }
  return equal(value, input);
}

function asks(node, text) {
  let found = false;
  node.cursor().iterate(each => {
    found ||= each.name === '?' || text.slice(each.from, each.to) === '?';
  });
  return found;
}

// A test as a function of scope and input, which gives true, false or null.
function tested(node, text) {
  const [ inner ] = node.name === 'PositiveUnaryTest' || node.name === 'ParenthesizedExpression'
    ? children(node).filter(each => each.name !== '(') : [ node ];
  if (inner.name === 'ParenthesizedExpression') {
    return tested(inner, text);
  }
  if (inner.name === 'SimplePositiveUnaryTest') {
    const made = compiled(inner, text);
    return (scope, input) => {
      const test = made(scope);
      return test === null ? null : passes(test, input);
    };
  }
  const made = compiled(inner, text);
  if (!asks(inner, text)) {
    return (scope, input) => passes(made(scope), input);
  }
  const decides = CONDITIONS.has(inner.name) || inner.name === 'FunctionInvocation';
  return (scope, input) => {
    const found = made(inside(scope, '?', input));
    return typeof found === 'boolean' || decides ? not(not(found)) : passes(found, input);
  };
}

function anyOf(nodes, text) {
  const tests = nodes.filter(each => each.name === 'PositiveUnaryTest').map(each => tested(each, text));
  return (scope, input) => some((function* () {
    for (const test of tests) {
      yield test(scope, input);
    }
  })());
}

export function unaryTests(node, text) {
  const nodes = children(node);
  const tests = nodes.find(each => each.name === 'PositiveUnaryTests');
  if (!tests) {
    return () => true; // "-"
  }
  const found = anyOf(children(tests), text);
  return nodes[0].name === 'not' ? (scope, input) => not(found(scope, input)) : found;
}

function comparison(nodes, text) {
  const left = compiled(nodes[0], text);
  const word = nodes[1].name;
  if (word === 'between') {
    const [ low, high ] = [ compiled(nodes[2], text), compiled(nodes[4], text) ];
    return scope => {
      const value = left(scope);
      return and(COMPARISONS['>='](value, low(scope)), COMPARISONS['<='](value, high(scope)));
    };
  }
  if (word === 'in') {
    const several = nodes.find(each => each.name === 'PositiveUnaryTests');
    const test = anyOf(several ? children(several) : nodes, text);
    return scope => test(scope, left(scope));
  }
  const compareBy = COMPARISONS[text.slice(nodes[1].from, nodes[1].to)];
  const right = compiled(nodes[2], text);
  return scope => compareBy(left(scope), right(scope));
}

function simpleTest(nodes, text) {
  if (nodes.length === 1) {
    return compiled(nodes[0], text);
  }
  const operator = text.slice(nodes[0].from, nodes[0].to);
  const end = compiled(nodes[1], text);
  if (operator === '=' || operator === '!=') {
    return scope => {
      const wanted = end(scope);
      return new FeelFunction(([ input ]) => COMPARISONS[operator](input, wanted), [ 'value' ], true);
    };
  }
  const closed = operator.endsWith('=');
  return scope => {
    const bound = end(scope);
    return compare(bound, bound) === null ? null
      : operator.startsWith('<') ? new FeelRange(null, bound, false, closed) : new FeelRange(bound, null, closed, false);
  };
}

// A range of what has no order, as [1..null], is null.
function interval(nodes, text) {
  const [ start, end ] = [ compiled(nodes[1], text), compiled(nodes[3], text) ];
  const [ opened, closed ] = [ nodes[0].name === '[', nodes[4].name === ']' ];
  return scope => {
    const [ from, to ] = [ start(scope), end(scope) ];
    return compare(from, to) === null ? null : new FeelRange(from, to, opened, closed);
  };
}

// -- names, paths, filters ---------------------------------------------------------------------------------------------

const spelt = (node, text) => children(node).length > 1
  ? children(node).map(each => text.slice(each.from, each.to)).join(' ') : text.slice(node.from, node.to).replace(/\s+/g, ' ');

function variable(node, text) {
  const name = spelt(node, text);
  const builtin = BUILTINS.get(name);
  return scope => {
    const found = scope.find(name);
    if (found === undefined && builtin === undefined) {
      warn(`Variable '${name}' not found`);
    }
    return found === undefined ? builtin ?? null : found;
  };
}

function path(nodes, text) {
  const target = compiled(nodes[0], text);
  const name = spelt(nodes.at(-1), text);
  const of = value => {
    const found = property(value, name);
    if (found === undefined) {
      const what = value instanceof Map ? 'Key' : 'Property';
      warn(`${what} '${name}' not found in '${written(value)}'`.slice(0, 200));
    }
    return found ?? null;
  };
  return scope => {
    const value = target(scope);
    return Array.isArray(value) ? value.map(of) : of(value);
  };
}

const INDEXES = new Set([ 'NumericLiteral', 'ArithmeticExpression' ]);
const CONDITIONS = new Set([
  'Comparison', 'Conjunction', 'Disjunction', 'QuantifiedExpression', 'InstanceOfExpression', 'BooleanLiteral',
]);

function unwrapped(node) {
  let inner = node;
  while (inner.name === 'ParenthesizedExpression') {
    inner = children(inner)[1];
  }
  return inner;
}

function at(list, index) {
  if (!isWhole(index) || index.isZero()) {
    return null;
  }
  return list.at(index.isNegative() ? Math.max(index.toNumber(), -list.length - 1) : index.toNumber() - 1) ?? null;
}

function filter(nodes, text) {
  const target = compiled(nodes[0], text);
  const inner = unwrapped(nodes[2]);
  if (inner.name === 'SimplePositiveUnaryTest') {
    const test = tested(inner, text);
    return onList(target, (list, scope) => list.filter(item => test(scope, item) === true));
  }
  const by = compiled(inner, text);
  const filtered = (list, scope) => list.filter(item => by(ofItem(scope, item)) === true);
  if (CONDITIONS.has(inner.name)) {
    return onList(target, filtered);
  }
  if (INDEXES.has(inner.name)) {
    return onList(target, (list, scope) => at(list, by(scope)));
  }
  return onList(target, (list, scope) => {
    const index = quietly(() => by(scope));
    const first = list.length ? quietly(() => by(ofItem(scope, list[0]))) : index;
    return kind(index) === 'number' && kind(first) === 'number' ? at(list, index) : filtered(list, scope);
  });
}

function onList(target, take) {
  return scope => {
    const value = target(scope);
    return value === null ? null : take(Array.isArray(value) ? value : [ value ], scope);
  };
}

function quietly(ask) {
  const before = run.warnings;
  run.warnings = [];
  try {
    return ask();
  } finally {
    run.warnings = before;
  }
}

// -- iteration ----------------------------------------------------------------------------------------------------------

function* counted(from, to, include = () => true) {
  const by = from.lte(to) ? 1 : -1;
  // Counted in a double as well, which is exact as long as it is safe, and faster.
  let at = from.toNumber();
  for (let each = from; by * each.cmp(to) <= 0; each = Number.isSafeInteger(at) ? new Numeric(at) : each.plus(by)) {
    if (include(each)) {
      yield each;
    }
    at += by;
  }
}

function* daily(from, to, include = () => true) {
  const by = from.instant <= to.instant ? 1 : -1;
  for (let each = from; by > 0 ? each.instant <= to.instant : each.instant >= to.instant; each = nextDay(each, by)) {
    if (include(each)) {
      yield each;
    }
  }
}

const steps = (from, to, include) => isWhole(from) && isWhole(to) ? counted(from, to, include)
  : from instanceof FeelDate && to instanceof FeelDate ? daily(from, to, include) : null;

// What there is to go through; null if there is nothing of the kind.
function through(value) {
  if (value instanceof FeelRange && COMPARISONS['<='](value.start, value.end) === true) {
    return steps(value.start, value.end, each => within(value, each) === true);
  }
  return Array.isArray(value) ? value : null;
}

function iterator(node, text) {
  const nodes = children(node);
  const context = children(nodes.at(-1));
  const [ from, to ] = [ compiled(context[0], text), context[2] ? compiled(context[2], text) : null ];
  const items = to === null ? scope => through(from(scope)) : scope => steps(from(scope), to(scope));
  return { name: spelt(nodes[0], text), items };
}

class NoList extends Error {}

// The scopes of an iteration, one after another; the iterators behind see the names of those before.
function* scopes(iterators, scope, depth = 0) {
  const { name, items } = iterators[depth];
  const found = items(scope);
  if (found === null) {
    throw new NoList();
  }
  const last = depth === iterators.length - 1;
  for (const item of found) {
    const seen = inside(scope, name, item);
    if (last) {
      yield seen;
    } else {
      yield* scopes(iterators, seen, depth + 1);
    }
  }
}

function orNone(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoList) {
      warn('Can only go through a list or a range');
      return null;
    }
    throw error;
  }
}

const iteratorsOf = (nodes, text) =>
  children(nodes.find(each => each.name === 'InExpressions')).map(each => iterator(each, text));

function forLoop(nodes, text) {
  const [ iterators, body ] = [ iteratorsOf(nodes, text), compiled(nodes.at(-1), text) ];
  return scope => orNone(() => {
    const partial = [];
    for (const each of scopes(iterators, inside(scope, 'partial', partial))) {
      partial.push(body(each));
    }
    return partial;
  });
}

function quantified(nodes, text) {
  const [ iterators, condition ] = [ iteratorsOf(nodes, text), compiled(nodes.at(-1), text) ];
  const decide = nodes[0].name === 'some' ? some : every;
  return scope => orNone(() => decide((function* () {
    for (const each of scopes(iterators, scope)) {
      yield condition(each);
    }
  })()));
}

// -- functions and types -------------------------------------------------------------------------------------------------

function functionOf(nodes, text) {
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

function invocation(nodes, text) {
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

function parameters(node, text) {
  if (node.name === 'NamedParameters') {
    const named = children(node).map(children).map(each => [ spelt(each[0], text), compiled(each.at(-1), text) ]);
    return scope => new Map(named.map(([ name, value ]) => [ name, value(scope) ]));
  }
  const values = children(node).map(each => compiled(each, text));
  return scope => values.map(value => value(scope));
}

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

function typeOf(node, text) {
  const [ inner ] = children(node);
  const name = text.slice(inner.from, inner.to).replace(/\s+/g, ' ');
  return MADE_TYPES[inner.name]?.(inner, text) ?? (Object.hasOwn(TYPES, name) ? TYPES[name] : () => false);
}

// -- the rest ---------------------------------------------------------------------------------------------------------

const ESCAPES = { n: '\n', r: '\r', t: '\t' };

function unescaped(text) {
  return text.slice(1, -1).replace(/\\(?:U([0-9a-fA-F]{6})|u([0-9a-fA-F]{4,6})|(["'\\nrt]))/g, (all, long, code, char) => {
    const point = parseInt(long ?? code, 16);
    return char !== undefined ? ESCAPES[char] ?? char : point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
}

function context(nodes, text) {
  const entries = nodes.filter(each => each.name === 'ContextEntry').map(each => {
    const [ key, value ] = [ children(each)[0], children(each).at(-1) ];
    const [ name ] = children(key);
    return [ name.name === 'StringLiteral' ? unescaped(text.slice(name.from, name.to)) : spelt(name, text), compiled(value, text) ];
  });
  if (new Set(entries.map(([ name ]) => name)).size < entries.length) {
    return () => {
      warn('A context has one name twice');
      return null;
    };
  }
  return scope => {
    const made = new Map();
    const seen = new Scope(made, scope);
    entries.forEach(([ name, value ]) => made.set(name, value(seen)));
    return made;
  };
}

function conditional(nodes, text) {
  const [ condition, then, otherwise ] = [ 1, 3, 5 ].map(i => nodes[i] ? compiled(nodes[i], text) : always(null));
  return scope => condition(scope) === true ? then(scope) : otherwise(scope);
}

function both(decide, ends) {
  return (nodes, text) => {
    const [ left, right ] = [ compiled(nodes[0], text), compiled(nodes[2], text) ];
    return scope => {
      const first = left(scope);
      return first === ends ? ends : decide(first, right(scope));
    };
  };
}

const always = value => () => value;
const source = (node, text) => text.slice(node.from, node.to);

function temporal(nodes, text) {
  if (nodes[0].name === 'AtLiteral') {
    return always(literal(unescaped(source(children(nodes[0])[0], text))));
  }
  const made = BUILTINS.get(source(nodes[0], text).replace(/\s+/g, ' '));
  const given = nodes[2].name === ')' ? () => [] : parameters(nodes[2], text);
  return scope => made.invoke(given(scope));
}

const COMPILERS = {
  Expression: (nodes, text) => compiled(nodes[0], text),
  ParenthesizedExpression: (nodes, text) => compiled(nodes[1], text),
  PositiveUnaryTest: (nodes, text) => compiled(nodes[0], text),
  ArithmeticExpression: arithmetic,
  Comparison: comparison,
  Conjunction: both(and, false),
  Disjunction: both(or, true),
  SimplePositiveUnaryTest: simpleTest,
  Interval: interval,
  PathExpression: path,
  FilterExpression: filter,
  ForExpression: forLoop,
  QuantifiedExpression: quantified,
  IfExpression: conditional,
  FunctionDefinition: functionOf,
  FunctionInvocation: invocation,
  DateTimeLiteral: temporal,
  Context: context,
  List(nodes, text) {
    const items = nodes.slice(1, -1).map(each => compiled(each, text));
    return scope => items.map(item => item(scope));
  },
  InstanceOfExpression(nodes, text) {
    const [ value, type ] = [ compiled(nodes[0], text), typeOf(nodes.at(-1), text) ];
    return scope => type(value(scope));
  },
};

const LEAVES = {
  NumericLiteral: (node, text) => always(number(source(node, text).replace(/\s+/g, ''))),
  StringLiteral: (node, text) => always(unescaped(source(node, text))),
  BooleanLiteral: (node, text) => always(source(node, text) === 'true'),
  null: () => always(null),
  '?': () => scope => scope.find('?') ?? null,
  VariableName: variable,
  SpecialFunctionName: (node, text) => always(BUILTINS.get(source(node, text).replace(/\s+/g, ' ')) ?? null),
};

export function compiled(node, text) {
  if (Object.hasOwn(LEAVES, node.name)) {
    return LEAVES[node.name](node, text);
  }
  if (Object.hasOwn(COMPILERS, node.name)) {
    return COMPILERS[node.name](children(node), text);
  }
  throw new FeelSyntaxError(`"${source(node, text)}" was not expected`);
}
