// FEEL's values: their kinds, equality, order and text (DMN 1.3 section 10.3.2). Null, true, false and strings are
// JavaScript's; numbers are decimals of 34 digits, as IEEE 754's decimal128; lists are arrays, contexts are maps.
import { Decimal } from 'decimal.js';
import { normalizeContextKey } from 'lezer-feel';
import {
  date, dateAndTime, duration, FeelDate, FeelDateTime, FeelTime, isDuration, isZoned, MonthsDuration, time, TimeDuration,
} from './temporal.js';

export const Numeric = Decimal.clone({
  precision: 34, rounding: Decimal.ROUND_HALF_EVEN, minE: -6176, maxE: 6144, toExpNeg: -7, toExpPos: 34, defaults: true,
});
const TAG = '@feel';

export class FeelRange {
  // An end that is null has no bound: "< 5" is the range of all below 5.
  constructor(start, end, startIncluded, endIncluded) {
    Object.assign(this, { start, end, startIncluded, endIncluded });
  }
}

export class FeelFunction {
  // `invoke` takes positional arguments, or a map of named ones.
  constructor(invoke, parameters = [], test = false) {
    Object.assign(this, { invoke, parameters, test });
  }
}

const KINDS = new Map([
  [ Numeric, 'number' ], [ Array, 'list' ], [ Map, 'context' ], [ FeelDate, 'date' ], [ FeelTime, 'time' ],
  [ FeelDateTime, 'date and time' ], [ TimeDuration, 'days and time duration' ],
  [ MonthsDuration, 'years and months duration' ], [ FeelRange, 'range' ], [ FeelFunction, 'function' ],
]);

export function kind(value) {
  if (value === null || value === undefined) {
    return 'null';
  }
  return typeof value === 'object' ? KINDS.get(value.constructor) : typeof value;
}

// -- numbers ----------------------------------------------------------------------------------------------------------

export const number = value => finite(new Numeric(value).toSignificantDigits(34));
// What is outside decimal128 is null.
export const finite = value => value.isFinite() ? value : null;
export const isWhole = value => kind(value) === 'number' && value.isInteger();

// -- three-valued logic (table 50) ------------------------------------------------------------------------------------

const truth = value => typeof value === 'boolean' ? value : null;
export const not = value => typeof value === 'boolean' ? !value : null;
export const and = (a, b) => a === false || b === false ? false : a === true && b === true ? true : null;
export const or = (a, b) => a === true || b === true ? true : a === false && b === false ? false : null;

// Whether all (or some) of what is asked one after another hold; ends at the first that decides.
function decided(asked, by) {
  let all = !by;
  for (const each of asked) {
    const found = truth(each);
    if (found === by) {
      return by;
    }
    all = found === null ? null : all;
  }
  return all;
}
export const every = asked => decided(asked, false);
export const some = asked => decided(asked, true);

// -- equality and order (tables 53 and 54) ----------------------------------------------------------------------------

function* pairs(a, b) {
  for (let i = 0; i < a.length; i++) {
    yield equal(a[i], b[i]);
  }
}

function* entries(a, b) {
  for (const [ key, value ] of a) {
    yield b.has(key) ? equal(value, b.get(key)) : false;
  }
}

const boundsOf = range => [ range.start, range.end, range.startIncluded, range.endIncluded ];
const EQUAL = {
  number: (a, b) => a.eq(b),
  list: (a, b) => a.length === b.length ? every(pairs(a, b)) : false,
  context: (a, b) => a.size === b.size ? every(entries(a, b)) : false,
  range: (a, b) => every(pairs(boundsOf(a), boundsOf(b))),
};

// True, false, or null where the two cannot be compared.
export function equal(a, b) {
  const [ one, other ] = [ kind(a), kind(b) ];
  if (one === 'null' || other === 'null') {
    return one === other;
  }
  if (one !== other) {
    return null;
  }
  if (EQUAL[one]) {
    return EQUAL[one](a, b);
  }
  const order = compare(a, b);
  return order === null ? a === b : order === 0;
}

export const same = (a, b) => equal(a, b) === true;

const sign = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const SURROGATE = /[\ud800-\udfff]/;

function compareTexts(a, b) {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) {
    return sign(a, b);
  }
  const [ left, right ] = [ [ ...a ], [ ...b ] ];
  const at = left.findIndex((char, i) => char !== right[i]);
  return at < 0 ? sign(left.length, right.length) : right[at] === undefined ? 1
    : sign(left[at].codePointAt(0), right[at].codePointAt(0));
}

const instants = (a, b) => isZoned(a) === isZoned(b) ? sign(a.instant, b.instant) : null;
const ORDER = {
  number: (a, b) => a.cmp(b),
  string: compareTexts,
  date: instants,
  time: instants,
  'date and time': instants,
  'days and time duration': (a, b) => sign(a.nanoseconds, b.nanoseconds),
  'years and months duration': (a, b) => sign(a.months, b.months),
};

// -1, 0 or 1, or null where there is no order between the two.
export function compare(a, b) {
  const order = ORDER[kind(a)];
  return order && kind(a) === kind(b) ? order(a, b) : null;
}

const asked = (order, holds) => order === null ? null : holds(order);
export const COMPARISONS = {
  '=': equal,
  '!=': (a, b) => not(equal(a, b)),
  '<': (a, b) => asked(compare(a, b), order => order < 0),
  '<=': (a, b) => asked(compare(a, b), order => order <= 0),
  '>': (a, b) => asked(compare(a, b), order => order > 0),
  '>=': (a, b) => asked(compare(a, b), order => order >= 0),
};

export function within(range, value) {
  const above = range.start === null ? true : COMPARISONS[range.startIncluded ? '>=' : '>'](value, range.start);
  const below = range.end === null ? true : COMPARISONS[range.endIncluded ? '<=' : '<'](value, range.end);
  return and(above, below);
}

// -- contexts and properties -------------------------------------------------------------------------------------------

const PLAIN = /^[\p{L}\p{N}_]+$/u;
export const isPlain = name => PLAIN.test(name);

// The entry of a map by a name; one of several words or with signs may be spaced otherwise. Undefined if it has none.
export function entry(map, name) {
  if (map.has(name) || isPlain(name)) {
    return map.get(name);
  }
  const meant = normalizeContextKey(name);
  for (const [ key, value ] of map) {
    if (normalizeContextKey(key) === meant) {
      return value;
    }
  }
  return undefined;
}

const num = value => new Numeric(value);
const DATE = { year: v => num(v.plain.year), month: v => num(v.plain.month), day: v => num(v.plain.day),
  weekday: v => num(v.plain.dayOfWeek) };
const TIME = {
  hour: v => num(v.plain.hour), minute: v => num(v.plain.minute), second: v => num(v.plain.second),
  'time offset': v => v.offset === null ? null : new TimeDuration(BigInt(v.offset) * 1_000_000_000n), timezone: v => v.zone,
};
const signed = (value, part) => num(String(value.nanoseconds < 0n ? -value.parts[part] : value.parts[part]));
const PROPERTIES = {
  date: DATE,
  time: TIME,
  'date and time': { ...DATE, ...TIME },
  'years and months duration': { years: v => num(Math.trunc(v.months / 12)), months: v => num(v.months % 12) },
  'days and time duration': Object.fromEntries(
    [ 'days', 'hours', 'minutes', 'seconds' ].map(part => [ part, v => signed(v, part) ])),
  range: { start: v => v.start, end: v => v.end, 'start included': v => v.startIncluded, 'end included': v => v.endIncluded },
};

// What a value has of that name: undefined if it has nothing.
export function property(value, name) {
  const known = kind(value);
  if (known === 'context') {
    return entry(value, name);
  }
  const own = PROPERTIES[known];
  return own && Object.hasOwn(own, name) ? own[name](value) : undefined;
}

// -- texts ---------------------------------------------------------------------------------------------------------

const quoted = text => `"${text.replace(/["\\]/g, '\\$&')}"`;
const inner = value => typeof value === 'string' ? quoted(value) : text(value);
const TEXTS = {
  null: () => 'null',
  number: value => value.isZero() ? '0' : value.toString(),
  list: value => `[${value.map(inner).join(', ')}]`,
  context: value => `{${[ ...value ].map(([ key, each ]) => `${isPlain(key) ? key : quoted(key)}: ${inner(each)}`).join(', ')}}`,
  range: value => `${value.startIncluded ? '[' : '('}${inner(value.start)}..${inner(value.end)}${value.endIncluded ? ']' : ')'}`,
  function: () => 'function',
};

// A value as FEEL's string() writes it.
export function text(value) {
  const write = TEXTS[kind(value)];
  return write ? write(value) : String(value);
}

// -- from JSON -----------------------------------------------------------------------------------------------------

const MAKE = { date, time, 'date and time': dateAndTime, duration, number };
export const contextOf = found => new Map(found.map(([ name, each ]) => [ name, revive(each) ]));

// FEEL's value of one that came as JSON; what JSON has not is tagged with its kind.
export function revive(value) {
  if (typeof value === 'number') {
    return new Numeric(value);
  }
  if (value === null || typeof value !== 'object') {
    return value ?? null;
  }
  if (Array.isArray(value)) {
    return value.map(revive);
  }
  return Object.hasOwn(value, TAG) ? tagged(value[TAG], value.value) : contextOf(Object.entries(value));
}

function tagged(kindOf, value) {
  const made = kindOf === 'context' ? contextOf(value) : MAKE[kindOf](value);
  if (made === null) {
    throw new Error(`"${value}" is no ${kindOf}`);
  }
  return made;
}

// -- to JSON -------------------------------------------------------------------------------------------------------

const MAX_DEPTH = 64;
const MAX_EXPONENT = 4_000;

function jsonNumber(value) {
  if (value.e > MAX_EXPONENT) {
    throw new RangeError('a number of too many digits');
  }
  const near = value.toNumber();
  const exact = String(near) === String(value) && Math.abs(near) < 1e21;
  return exact || value.isZero() ? near + 0 : JSON.rawJSON(value.isInteger() ? value.toFixed() : value.toString());
}

function jsonTemporal(value) {
  if (isDuration(value)) {
    const months = value instanceof MonthsDuration;
    const microseconds = months ? 0 : Number(value.nanoseconds / 1000n);
    return { [TAG]: 'duration', value: String(value), yearsMonths: months, microseconds };
  }
  const plain = value instanceof FeelDate ? String(value)
    : value instanceof FeelTime ? value.plain.toString() : `${value.date}T${value.plain.toPlainTime()}`;
  return { [TAG]: kind(value), value: plain, zone: value.zone ?? null, fold: value.fold ?? false };
}

// Values for Python: plain JSON, temporal values tagged. Raises on what has no place in data (functions, ranges).
export function plain(value, depth = 0) {
  if (depth > MAX_DEPTH) {
    throw new RangeError('the result is nested too deeply');
  }
  switch (kind(value)) {
    case 'null': return null;
    case 'string': case 'boolean': return value;
    case 'number': return jsonNumber(value);
    case 'list': return value.map(each => plain(each, depth + 1));
    case 'context': return plainContext(value, depth);
    case 'range': case 'function': throw new Error('the result is a function or a range, not a value');
    default: return jsonTemporal(value);
  }
}

function plainContext(map, depth) {
  const found = [ ...map ].map(([ name, each ]) => [ name, plain(each, depth + 1) ]);
  // Pairs, where an object would lose their order or would look like a tag.
  const odd = found.some(([ name ]) => name === TAG || name === '__proto__' || /^\d+$/.test(name));
  return odd ? { [TAG]: 'context', value: found } : Object.fromEntries(found);
}
