// The FEEL side of engine/feel: bundled to one file and run in a V8 isolate with nothing else in it.
// One call takes a JSON request with any number of expressions, so that a gateway's conditions cost one crossing.
import {
  date, dateAndTime, duration, evaluate, FeelDate, FeelDateTime, FeelDuration, FeelTime, isFunction, isRange,
  parseExpression, parseUnaryTests, SyntaxError as FeelSyntaxError, time, unaryTest,
} from 'feelin';
import { Temporal } from 'temporal-polyfill';
import { inspect } from './inspect.js';
import { WORDS } from './words.js';

const TAG = '@feel';
const MAKE = { date, time, 'date and time': dateAndTime, duration };
const MAX_DEPTH = 64;
const MAX_ANSWER = 4_000_000;

// -- hardening and mending, once ------------------------------------------------------------------------------------

// A context may have an entry of this name; with the accessor gone it is an entry like any other.
delete Object.prototype.__proto__;

// feelin takes now() and today() from here: the caller's clock, or none at all, never the machine's.
let moment = null;
function clock() {
  if (!moment) {
    throw new Error('it asks for now() or today(), and no time was given');
  }
  return moment;
}
Temporal.Now.zonedDateTimeISO = () => ({ toPlainDateTime: () => clock().unwrap(), timeZoneId: clock().timezone });
Temporal.Now.plainDateISO = () => clock().unwrap().toPlainDate();

// feelin 8.2 compares durations of more than 180 days by whole months, even days-and-time ones, which makes
// duration("P200D") = duration("P201D"). Only that comparison asks for a total in days.
const total = Temporal.Duration.prototype.total;
Temporal.Duration.prototype.total = function(options) {
  const asked = options && options.unit === 'day' && !this.years && !this.months;
  return asked ? 0 : total.call(this, options);
};

// -- what feelin 8.2 lacks or gets wrong of DMN 1.3's functions (10.3.4) -----------------------------------------------

const less = (a, b) => evaluate('a < b', { a, b }).value;
const same = (a, b) => a === b || (typeof a === 'object' && typeof b === 'object' && evaluate('a = b', { a, b }).value === true);
const listOf = list => list.length === 1 && Array.isArray(list[0]) ? list[0] : list;
const startsAt = (a, b) => same(a.start, b.start) && a['start included'] === b['start included'];
const endsAt = (a, b) => same(a.end, b.end) && a['end included'] === b['end included'];
const endsWithin = (a, b) => less(a.end, b.end) || (same(a.end, b.end) && (!a['end included'] || b['end included']));
const startsWithin = (a, b) => less(b.start, a.start)
  || (same(a.start, b.start) && (!a['start included'] || b['start included']));
const overlapsBefore = (a, b) => (less(a.start, b.start)
  || (same(a.start, b.start) && a['start included'] && !b['start included']))
  && (less(b.start, a.end) || (same(a.end, b.start) && a['end included'] && b['start included'])) && endsWithin(a, b);
const starts = (a, b) => isRange(a) ? startsAt(a, b) && endsWithin(a, b) : same(a, b.start) && b['start included'];
const finishes = (a, b) => isRange(a) ? endsAt(a, b) && startsWithin(a, b) : same(a, b.end) && b['end included'];
const rangesOnly = (call, places) => (a, b) =>
  [ a, b ].every((value, i) => isRange(value) || (places[i] && value !== null && value !== undefined)) ? call(a, b) : null;

// The first of a list by FEEL's own order: numbers, strings, dates or durations, all of one kind.
function extreme(list, before) {
  const items = listOf(list);
  const kind = value => typeof value === 'object' && value !== null ? value.constructor : typeof value;
  if (!items.length || items.some(item => item === null || item === undefined || kind(item) !== kind(items[0]))) {
    return null;
  }
  return items.reduce((best, item) => before(item, best) ? item : best);
}

// feelin leaves days in it.
function yearsAndMonths(from, to) {
  const full = evaluate('years and months duration(a, b)', { a: from, b: to }).value;
  if (!(full instanceof FeelDuration)) {
    return null;
  }
  const { years, months } = full.unwrap();
  const total = years * 12 + months;
  return duration(`${total < 0 ? '-' : ''}P${Math.abs(total)}M`);
}

function numbers(list) {
  const items = listOf(list);
  return items.every(item => typeof item === 'number') ? [ ...items ].sort((a, b) => a - b) : null;
}

function median(...list) {
  const sorted = numbers(list);
  if (!sorted || !sorted.length) {
    return null;
  }
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function mode(...list) {
  const sorted = numbers(list);
  const counts = new Map();
  (sorted ?? []).forEach(item => counts.set(item, (counts.get(item) ?? 0) + 1));
  const most = Math.max(...counts.values());
  return sorted && [ ...counts.keys() ].filter(item => counts.get(item) === most);
}

const asList = value => Array.isArray(value) ? value : [ value ];
const MENDED = {
  ...WORDS,
  min: [ (...list) => extreme(list, (a, b) => less(a, b)), '...list' ],
  max: [ (...list) => extreme(list, (a, b) => less(b, a)), '...list' ],
  median: [ median, '...list' ],
  mode: [ mode, '...list' ],
  'list contains': [ (list, element) => asList(list).some(item => same(item, element)), 'list', 'element' ],
  'index of': [ (list, match) => asList(list).flatMap((item, i) => same(item, match) ? [ i + 1 ] : []), 'list', 'match' ],
  'years and months duration': [ yearsAndMonths, 'from', 'to' ],
  'overlaps before': [ rangesOnly(overlapsBefore, [ false, false ]), 'range1', 'range2' ],
  'overlaps after': [ rangesOnly((a, b) => overlapsBefore(b, a), [ false, false ]), 'range1', 'range2' ],
  finishes: [ rangesOnly(finishes, [ true, false ]), 'range1', 'range2' ],
  'finished by': [ rangesOnly((a, b) => finishes(b, a), [ false, true ]), 'range1', 'range2' ],
  during: [ rangesOnly((a, b) => b.includes(a), [ true, false ]), 'range1', 'range2' ],
  starts: [ rangesOnly(starts, [ true, false ]), 'range1', 'range2' ],
  'started by': [ rangesOnly((a, b) => starts(b, a), [ false, true ]), 'range1', 'range2' ],
  coincides: [ (a, b) => isRange(a) && isRange(b) ? startsAt(a, b) && endsAt(a, b) : same(a, b), 'range1', 'range2' ],
};
for (const [ call, ...names ] of Object.values(MENDED)) {
  call.$args = names;
}

// They stand in the context beneath the caller's variables, and only where the text may name them.
function mended(text) {
  const context = {};
  for (const [ name, [ call ] ] of Object.entries(MENDED)) {
    if (text.includes(name.split(' ')[0])) {
      context[name] = call;
    }
  }
  return context;
}

// -- values in and out ----------------------------------------------------------------------------------------------

function revive(value) {
  if (Array.isArray(value)) {
    return value.map(revive);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (Object.hasOwn(value, TAG)) {
    const made = value[TAG] === 'context' ? Object.fromEntries(value.value.map(([ k, v ]) => [ k, revive(v) ]))
      : MAKE[value[TAG]](value.value);
    if (made === null) {
      throw new Error(`"${value.value}" is no ${value[TAG]}`);
    }
    return made;
  }
  return Object.fromEntries(Object.entries(value).map(([ name, inner ]) => [ name, revive(inner) ]));
}

function temporal(value) {
  if (value instanceof FeelDuration) {
    const nanoseconds = value.yearsMonths ? 0 : total.call(value.unwrap(), { unit: 'nanosecond' });
    return { [TAG]: 'duration', value: value.toString(), yearsMonths: value.yearsMonths, seconds: nanoseconds / 1e9 };
  }
  const kind = value instanceof FeelDate ? 'date' : value instanceof FeelTime ? 'time'
    : value instanceof FeelDateTime ? 'date and time' : null;
  return kind && { [TAG]: kind, value: value.unwrap().toString(), zone: value.timezone ?? null };
}

// Values for Python: plain JSON, temporal values tagged. Raises on what has no place in data (functions, ranges).
function plain(value, depth = 0) {
  if (depth > MAX_DEPTH) {
    throw new RangeError('the result is nested too deeply');
  }
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') {
    return value ?? null;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : null;
  }
  if (Array.isArray(value)) {
    return value.map(inner => plain(inner, depth + 1));
  }
  if (typeof value !== 'object' || isFunction(value) || isRange(value)) {
    throw new Error('the result is a function or a range, not a value');
  }
  const tagged = temporal(value);
  if (tagged) {
    return tagged;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Error('the result is no FEEL value');
  }
  const entries = Object.entries(value).map(([ name, inner ]) => [ name, plain(inner, depth + 1) ]);
  return Object.hasOwn(value, TAG) ? { [TAG]: 'context', value: entries } : Object.fromEntries(entries);
}

// -- evaluation -----------------------------------------------------------------------------------------------------

// Business knowledge models: functions that see their parameters and each other, and nothing else.
function functionsOf(definitions) {
  const made = {};
  for (const { name, params, body } of definitions) {
    made[name] = (...values) => {
      const given = Object.fromEntries(params.map((param, i) => [ param, values[i] ?? null ]));
      return evaluate(body, { ...mended(body), ...made, ...given }).value;
    };
    made[name].$args = params;
  }
  return made;
}

// For feelin a cell whose value is null equals an input that is null: right for the cell "null", wrong for a condition
// about "?" that cannot be told, such as starts with(?, "a"). Such a condition must be true.
function conditions(text, context) {
  const tests = parseUnaryTests(text, context).topNode.getChild('PositiveUnaryTests');
  let made = text;
  for (const test of (tests ? tests.getChildren('PositiveUnaryTest') : []).reverse()) {
    let asks = false;
    test.cursor().iterate(node => {
      asks ||= text.slice(node.from, node.to) === '?';
    });
    if (asks) {
      made = `${made.slice(0, test.from)}(${text.slice(test.from, test.to)}) = true${made.slice(test.to)}`;
    }
  }
  return made;
}

function one([ kind, text, input ], variables) {
  const context = { ...mended(text), ...variables };
  if (kind === 'expression') {
    const { value, warnings } = evaluate(text, context);
    return { value: plain(value), warnings: warnings.map(w => w.message) };
  }
  context['?'] = revive(input);
  const { value, warnings } = unaryTest(input === null && text.includes('?') ? conditions(text, context) : text, context);
  return { value: value === true, warnings: warnings.map(w => w.message) };
}

const EXHAUSTED = /call stack|string length|array length|nested too deeply|array buffer|too many/i;

function guarded(run) {
  try {
    return run();
  } catch (error) {
    const message = String(error?.message ?? error);
    const limit = error instanceof RangeError && EXHAUSTED.test(message);
    const kind = error instanceof FeelSyntaxError ? 'syntax' : limit ? 'limit' : 'failed';
    return { error: message, kind, at: error?.position?.from ?? null };
  }
}

// What feelin parses but does not mean what its author thinks: "a == 3" is a compared with the test "= 3", which is null,
// and "1 < a < 3" compares true or false with 3.
function misread({ name, node }, text) {
  const before = node.prevSibling;
  if (name === 'SimplePositiveUnaryTest' && before?.name === 'CompareOp' && node.firstChild.name === 'CompareOp') {
    return { error: `"${text.slice(before.from, node.firstChild.to)}" is no comparison`, at: before.from };
  }
  if (name === 'Comparison' && node.parent?.name === 'Comparison' && !before) {
    return { error: 'two comparisons in a row; join them with "and"', at: node.to };
  }
  return null;
}

// A syntax error in plain words: what stands where it should not, or that the text ends too early.
function wrong(text, dialect, names) {
  const context = Object.fromEntries(names.map(name => [ name, null ]));
  const tree = (dialect === 'unaryTests' ? parseUnaryTests : parseExpression)(text, context);
  let at = null;
  let odd = null;
  tree.iterate({ enter(node) {
    at ??= node.type.isError ? node.from : null;
    odd ??= misread(node, text);
    return at === null;
  } });
  if (at === null) {
    return odd ?? {};
  }
  const rest = text.slice(at).trimStart();
  const start = text.length - rest.length;
  return { error: rest ? `"${[ ...rest ].slice(0, 20).join('')}" was not expected` : 'it ends too early', at: rest ? start : text.length };
}

// -- free names -----------------------------------------------------------------------------------------------------

const children = node => {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    found.push(child);
  }
  return found;
};
const named = (node, text) => text.slice(node.from, node.to).replace(/`/g, '').replace(/\s+/g, ' ').trim();

function scoped(nodes, text, bound, found, nameOf) {
  const inner = new Set(bound);
  for (const node of nodes) {
    const name = nameOf(node);
    walk(node, text, inner, found);
    if (name !== null) {
      inner.add(name);
    }
  }
  return inner;
}

const firstNamed = (kinds, text) => node => {
  const name = children(node).find(child => kinds.includes(child.name));
  return name ? named(name, text).replace(/^"|"$/g, '') : null;
};

const SCOPES = {
  Context: (node, text, bound, found) => {
    scoped(children(node), text, bound, found, firstNamed([ 'Key' ], text));
  },
  FilterExpression: (node, text, bound, found) => {
    const [ target, ...rest ] = children(node);
    walk(target, text, bound, found);
    rest.forEach(child => walk(child, text, new Set([ ...bound, 'item' ]), found));
  },
  FunctionDefinition: (node, text, bound, found) => {
    const inner = new Set(bound);
    const parameters = node.getChild('FormalParameters');
    (parameters ? parameters.getChildren('FormalParameter') : []).forEach(parameter =>
      inner.add(named(parameter.getChild('ParameterName') ?? parameter, text)));
    children(node).filter(child => child !== parameters).forEach(child => walk(child, text, inner, found));
  },
};

function iteration(node, text, bound, found) {
  const inside = node.getChild('InExpressions');
  const inner = scoped(inside ? children(inside) : [], text, bound, found, firstNamed([ 'Name' ], text));
  inner.add('partial');
  children(node).filter(child => child.name !== 'InExpressions').forEach(child => walk(child, text, inner, found));
}
SCOPES.ForExpression = iteration;
SCOPES.QuantifiedExpression = iteration;

const NOT_NAMES = new Set([ 'Key', 'ParameterName', 'Type', 'QualifiedName', 'SpecialType', 'PathName', 'Name' ]);

function walk(node, text, bound, found) {
  if (node.name === 'VariableName') {
    const name = named(node, text);
    if (!bound.has(name)) {
      found.add(name);
    }
  } else if (Object.hasOwn(SCOPES, node.name)) {
    SCOPES[node.name](node, text, bound, found);
  } else if (!NOT_NAMES.has(node.name)) {
    children(node).forEach(child => walk(child, text, bound, found));
  }
}

const isBuiltin = name => Object.hasOwn(MENDED, name) || typeof evaluate(name, {}).value === 'function';

// -- what the worker calls --------------------------------------------------------------------------------------------

const TASKS = {
  evaluate({ items, variables, functions, now }) {
    moment = now ? dateAndTime(now) : null;
    const given = Object.entries(variables).map(([ name, value ]) => [ name, revive(value) ]);
    const context = { ...functionsOf(functions ?? []), ...Object.fromEntries(given) };
    return items.map(item => {
      const answer = guarded(() => one(item, context));
      return answer.kind === 'syntax' ? { ...answer, ...wrong(item[1], item[0], Object.keys(context)) } : answer;
    });
  },
  inspect: asked => guarded(() => inspect(asked)),
  check: ({ text, dialect, names }) => guarded(() => wrong(text, dialect, names ?? [])),
  names: ({ text, dialect }) => guarded(() => {
    const found = new Set();
    walk((dialect === 'unaryTests' ? parseUnaryTests : parseExpression)(text, {}).topNode, text, new Set(), found);
    return { names: [ ...found ].filter(name => !isBuiltin(name)) };
  }),
};

globalThis.feel = request => {
  const asked = JSON.parse(request);
  const answer = JSON.stringify(guarded(() => TASKS[asked.task](asked)));
  return answer.length > MAX_ANSWER ? JSON.stringify({ error: 'the result is too large', kind: 'limit' }) : answer;
};
