// FEEL's built-in functions (DMN 1.3 section 10.3.4). Each is written as its signature and what it does; arguments that
// fit no signature give null.
import { run } from './run.js';
import { builtin, oneOf } from './signatures.js';
import {
  combine, date, dateAndTime, dateOf, duration, FeelDate, FeelDateTime, literal, monthsBetween, MonthsDuration,
  offsetZone, time, timeOf, TimeDuration, weekOfYear,
} from './temporal.js';
import {
  and, compare, COMPARISONS, entry, equal, every, FeelFunction, FeelRange, finite, isWhole, kind, number, Numeric, same,
  some, text, within,
} from './types.js';
import { WORDS } from './words.js';

// -- conversion -------------------------------------------------------------------------------------------------------

const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?$/;
const GROUPING = [ ' ', ',', '.' ];

function numberFrom(from, grouping, point) {
  if ((grouping !== undefined && !GROUPING.includes(grouping)) || (point !== undefined && ![ '.', ',' ].includes(point))
    || (grouping !== undefined && grouping === point)) {
    return null;
  }
  const whole = grouping === undefined ? from : from.replaceAll(grouping, '');
  const plain = point === ',' ? (whole.includes('.') ? '' : whole.replace(',', '.')) : whole;
  return NUMBER.test(plain) ? number(plain) : null;
}

const small = value => isWhole(value) && value.abs().lt(1e9) ? value.toNumber() : null;

function dateFrom(from) {
  return typeof from === 'string' ? date(from) : from instanceof FeelDate ? from
    : from instanceof FeelDateTime ? from.date : null;
}

function timeFrom(from) {
  return typeof from === 'string' ? time(from) : kind(from) === 'time' ? from
    : from instanceof FeelDateTime ? from.time : from instanceof FeelDate ? timeOf(0, 0, 0, 0, 'UTC') : null;
}

function timeAt(hour, minute, second, offset) {
  const whole = second.floor();
  const nanosecond = second.minus(whole).times(1e9).floor().toNumber();
  const zone = offset === undefined ? null : offsetZone(offset);
  return offset !== undefined && zone === null ? null
    : timeOf(small(hour) ?? -1, small(minute) ?? -1, small(whole) ?? -1, nanosecond, zone);
}

const dateAt = (year, month, day) => dateOf(small(year), small(month), small(day));

function joined(on, at) {
  return on && at && combine(on, at);
}

const CONVERSION = {
  number: { 'from:string, grouping separator?:string, decimal separator?:string': numberFrom },
  string: { 'from:any': from => kind(from) === 'null' ? null : text(from) },
  date: { 'from:some': dateFrom, 'year:whole, month:whole, day:whole': dateAt },
  time: { 'from:some': timeFrom, 'hour:whole, minute:whole, second:number, offset?:offset': timeAt },
  'date and time': {
    'from:string': dateAndTime,
    'date:day, time:time': (on, at) => joined(on instanceof FeelDateTime ? on.date : on, at),
    'year:whole, month:whole, day:whole, hour:whole, minute:whole, second:number, offset?:offset':
      (year, month, day, ...rest) => joined(dateAt(year, month, day), timeAt(...rest)),
  },
  duration: { 'from:string': duration },
  'years and months duration': { 'from:day, to:day': monthsBetween },
  now: { '': () => run.now() },
  today: { '': () => run.now().date },
  '@': { 'string:string': literal },
};

// -- texts ------------------------------------------------------------------------------------------------------------

function part(items, start, length) {
  const from = start.isNegative() ? items.length + start.toNumber() : start.toNumber() - 1;
  if (start.isZero() || from < 0 || (length !== undefined && length.isNegative())) {
    return null;
  }
  return items.slice(from, length === undefined ? undefined : from + length.toNumber());
}

function pattern(source, flags = '', own = '') {
  if (!/^[smix]*$/.test(flags)) {
    return null;
  }
  const spaced = flags.includes('x') ? source.replace(/\s+/g, '') : source;
  try {
    return new RegExp(spaced, `u${own}${[ ...new Set(flags.replace('x', '')) ].join('')}`);
  } catch {
    return null;
  }
}

// $0 is all that matches, $1 the first group; a dollar is written \$.
const replacement = given => given.replace(/\\(.)|\$(\d?)/g, (all, char, group) =>
  char !== undefined ? char.replace('$', '$$$$') : group === '0' ? '$&' : group === '' ? '$$' : all);

// The parts between what matches. JavaScript's own split gives what groups have matched, too.
function split(string, source) {
  const found = pattern(source);
  const groups = found && new RegExp(`${found.source}|`, 'u').exec('').length;
  return found && string.split(found).filter((each, i) => i % groups === 0);
}

function cut(input, match, take) {
  const at = input.indexOf(match);
  return at < 0 ? '' : take(at);
}

function join(list, delimiter = '') {
  const texts = list.filter(each => each !== null);
  return texts.every(each => typeof each === 'string') ? texts.join(delimiter) : null;
}

const count = size => new Numeric(size);
const TEXT = {
  substring: {
    'string:string, start position:whole, length?:whole': (string, start, length) => part([ ...string ], start, length)?.join(''),
  },
  'string length': { 'string:string': string => count([ ...string ].length) },
  'upper case': { 'string:string': string => string.toUpperCase() },
  'lower case': { 'string:string': string => string.toLowerCase() },
  'substring before': { 'string:string, match:string': (string, match) => cut(string, match, at => string.slice(0, at)) },
  'substring after': { 'string:string, match:string': (string, match) => cut(string, match, at => string.slice(at + match.length)) },
  replace: {
    'input:string, pattern:string, replacement:string, flags?:string': (input, source, by, flags) => {
      const found = pattern(source, flags, 'g');
      return found && input.replace(found, replacement(by));
    },
  },
  contains: { 'string:string, match:string': (string, match) => string.includes(match) },
  'starts with': { 'string:string, match:string': (string, match) => string.startsWith(match) },
  'ends with': { 'string:string, match:string': (string, match) => string.endsWith(match) },
  matches: { 'input:string, pattern:string, flags?:string': (input, source, flags) => pattern(source, flags)?.test(input) },
  split: { 'string:string, delimiter:string': split },
  'string join': { 'list:list, delimiter?:string': join },
};

// -- lists --------------------------------------------------------------------------------------------------------------

const listOf = given => given.length === 1 && Array.isArray(given[0]) ? given[0] : given;
const ofNumbers = make => ({
  '...list:any': (...given) => {
    const list = listOf(given);
    return list.length && list.every(each => kind(each) === 'number') ? make(list) : null;
  },
});
const ofTruths = make => ({ '...list:any': (...given) => make(listOf(given)) });

function extreme(order) {
  return { '...list:any': (...given) => listOf(given).reduce((best, each) => {
    const found = best === undefined ? null : compare(each, best);
    return found === null ? undefined : found === order ? each : best;
  }, comparable(listOf(given)[0])) };
}

// A lone value has an order with itself or none at all.
const comparable = value => value === undefined || compare(value, value) === null ? undefined : value;
const total = list => list.reduce((sum, each) => sum.plus(each), count(0));
const sorted = list => [ ...list ].sort((a, b) => a.cmp(b));
const mean = list => finite(total(list).div(list.length));

function median(list) {
  const [ found, middle ] = [ sorted(list), Math.floor(list.length / 2) ];
  return list.length % 2 ? found[middle] : found[middle - 1].plus(found[middle]).div(2);
}

function stddev(list) {
  if (list.length < 2) {
    return null;
  }
  const middle = mean(list);
  return finite(total(list.map(each => each.minus(middle).pow(2))).div(list.length - 1).sqrt());
}

function mode(list) {
  const counts = new Map();
  sorted(list).forEach(each => counts.set(String(each), (counts.get(String(each)) ?? 0) + 1));
  const most = Math.max(...counts.values());
  return [ ...counts.keys() ].filter(each => counts.get(each) === most).map(each => count(each));
}

// What is alike for equal() has the same key; what has none is compared one by one.
const KEYED = oneOf('string', 'boolean', 'number', 'null', 'date');

function distinct(lists) {
  const [ keys, others, found ] = [ new Set(), [], [] ];
  for (const each of lists.flat(1)) {
    const key = KEYED(each) ? `${kind(each)} ${text(each)}` : null;
    if (key === null ? others.some(other => same(other, each)) : keys.has(key)) {
      continue;
    }
    if (key === null) {
      others.push(each);
    } else {
      keys.add(key);
    }
    found.push(each);
  }
  return found;
}

// A place in a list, from 0; counted from its end if it is negative. Null if there is none.
function place(list, position, spare = 0) {
  const at = small(position) ?? 0;
  const from = at < 0 ? list.length + at : at - 1;
  return at === 0 || from < 0 || from >= list.length + spare ? null : from;
}

function placed(list, position, change, spare = 0) {
  const at = place(list, position, spare);
  return at === null ? null : change(at);
}

function flatten(list) {
  const [ found, stack ] = [ [], [ [ list, 0 ] ] ];
  while (stack.length) {
    const frame = stack.at(-1);
    const item = frame[0][frame[1]++];
    if (frame[1] > frame[0].length) {
      stack.pop();
    } else if (Array.isArray(item)) {
      stack.push([ item, 0 ]);
    } else {
      found.push(item);
    }
  }
  return found;
}

const naturally = new FeelFunction(([ a, b ]) => COMPARISONS['<'](a, b), [ 'a', 'b' ]);

function sort(list, precedes = naturally) {
  if (precedes === naturally && list.length && compare(list[0], list[0]) === null) {
    return null;
  }
  let mixed = false;
  const before = (a, b) => {
    const found = precedes.invoke([ a, b ]);
    mixed ||= found === null && precedes === naturally;
    return found === true;
  };
  const made = [ ...list ].sort((a, b) => before(a, b) ? -1 : before(b, a) ? 1 : 0);
  return mixed ? null : made;
}

const lists = make => ({ '...list:list': (...given) => make(given) });
const LIST = {
  'list contains': { 'list:list, element:any': (list, element) => list.some(each => same(each, element)) },
  'list replace': {
    'list:list, position:whole, newItem:any': (list, position, item) => placed(list, position, at => list.with(at, item)),
    'list:list, match:function, newItem:any': (list, match, item) =>
      list.map(each => match.invoke([ each, item ]) === true ? item : each),
  },
  count: { 'list:list': list => count(list.length) },
  min: extreme(-1),
  max: extreme(1),
  sum: ofNumbers(list => finite(total(list))),
  product: ofNumbers(list => finite(list.reduce((made, each) => made.times(each), count(1)))),
  mean: ofNumbers(mean),
  median: ofNumbers(median),
  stddev: ofNumbers(stddev),
  mode: { '...list:any': (...given) => listOf(given).length ? LIST_MODE(...given) : [] },
  all: ofTruths(every),
  any: ofTruths(some),
  sublist: { 'list:list, start position:whole, length?:whole': part },
  append: { 'list:list, ...item:any': (list, ...items) => [ ...list, ...items ] },
  union: lists(distinct),
  concatenate: lists(given => given.flat(1)),
  'insert before': {
    'list:list, position:whole, newItem:any': (list, position, item) =>
      placed(list, position, at => list.toSpliced(at, 0, item), 1),
  },
  remove: { 'list:list, position:whole': (list, position) => placed(list, position, at => list.toSpliced(at, 1)) },
  reverse: { 'list:list': list => list.toReversed() },
  'index of': { 'list:list, match:any': (list, match) => list.flatMap((each, i) => same(each, match) ? [ count(i + 1) ] : []) },
  'distinct values': { 'list:list': list => distinct([ list ]) },
  flatten: { 'list:list': flatten },
  sort: { 'list:list, precedes?:function': sort },
};
const LIST_MODE = ofNumbers(mode)['...list:any'];

// -- numbers ----------------------------------------------------------------------------------------------------------

const { ROUND_CEIL, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP } = Numeric;

function rounded(value, scale, by) {
  const places = scale === undefined ? 0 : small(scale);
  if (places === null || places < -6111 || places > 6176) {
    return null;
  }
  if (places >= 0) {
    return value.toDecimalPlaces(places, by);
  }
  const unit = new Numeric(10).pow(-places);
  return finite(value.div(unit).toDecimalPlaces(0, by).times(unit));
}

const round = by => ({ 'n:number, scale:number': (n, scale) => rounded(n, scale, by) });
const roundTo = by => ({ 'n:number, scale?:number': (n, scale) => rounded(n, scale, by) });

function abs(n) {
  return n instanceof MonthsDuration ? new MonthsDuration(Math.abs(n.months))
    : n instanceof TimeDuration ? new TimeDuration(n.nanoseconds < 0n ? -n.nanoseconds : n.nanoseconds) : n.abs();
}

// The remainder has the divisor's sign.
function modulo(dividend, divisor) {
  const rest = divisor.isZero() ? null : dividend.mod(divisor);
  return rest && finite(rest.isZero() || rest.isNegative() === divisor.isNegative() ? rest : rest.plus(divisor));
}

const NUMBERS = {
  decimal: round(ROUND_HALF_EVEN),
  floor: roundTo(ROUND_FLOOR),
  ceiling: roundTo(ROUND_CEIL),
  'round up': round(ROUND_UP),
  'round down': round(ROUND_DOWN),
  'round half up': round(ROUND_HALF_UP),
  'round half down': round(ROUND_HALF_DOWN),
  abs: { 'n:size': abs },
  modulo: { 'dividend:number, divisor:number': modulo },
  sqrt: { 'number:number': value => value.isNegative() && !value.isZero() ? null : value.sqrt() },
  log: { 'number:number': value => value.gt(0) ? value.ln() : null },
  exp: { 'number:number': value => finite(value.exp()) },
  odd: { 'number:number': value => value.mod(2).abs().eq(1) },
  even: { 'number:number': value => value.mod(2).isZero() },
};

// -- ranges (table 78) ------------------------------------------------------------------------------------------------

const asRange = value => value instanceof FeelRange ? value : new FeelRange(value, value, true, true);
const less = (a, b) => COMPARISONS['<'](a, b);
const when = (holds, otherwise) => holds === null ? null : holds || otherwise();

// Whether all of a lies before all of b.
const before = (a, b) => when(less(a.end, b.start),
  () => and(equal(a.end, b.start), !(a.endIncluded && b.startIncluded)));
const meets = (a, b) => and(equal(a.end, b.start), a.endIncluded && b.startIncluded);
const startsAlike = (a, b) => and(equal(a.start, b.start), a.startIncluded === b.startIncluded);
const endsAlike = (a, b) => and(equal(a.end, b.end), a.endIncluded === b.endIncluded);
const startsIn = (a, b) => when(less(b.start, a.start), () => and(equal(a.start, b.start), b.startIncluded || !a.startIncluded));
const endsIn = (a, b) => when(less(a.end, b.end), () => and(equal(a.end, b.end), b.endIncluded || !a.endIncluded));
const overlapsBefore = (a, b) => [
  when(less(a.start, b.start), () => and(equal(a.start, b.start), a.startIncluded && !b.startIncluded)),
  when(less(b.start, a.end), () => meets(a, b)),
  endsIn(a, b),
].reduce(and);
const includes = (a, b) => b instanceof FeelRange ? and(startsIn(b, a), endsIn(b, a)) : within(a, b);
const starts = (a, b) => and(startsAlike(asRange(a), b), endsIn(asRange(a), b));
const finishes = (a, b) => and(endsAlike(asRange(a), b), startsIn(asRange(a), b));
const overlaps = (a, b) => {
  const apart = [ before(a, b), before(b, a) ];
  return apart.includes(null) ? null : !apart.includes(true);
};
const turned = call => (a, b) => call(b, a);
const both = call => ({ 'range1:range, range2:range': call });
const RANGES = {
  before: { 'a:some, b:some': (a, b) => before(asRange(a), asRange(b)) },
  after: { 'a:some, b:some': (a, b) => before(asRange(b), asRange(a)) },
  meets: both(meets),
  'met by': both(turned(meets)),
  overlaps: both(overlaps),
  'overlaps before': both(overlapsBefore),
  'overlaps after': both(turned(overlapsBefore)),
  finishes: { 'range1:some, range2:range': finishes },
  'finished by': { 'range1:range, range2:some': turned(finishes) },
  includes: { 'range:range, value:some': includes },
  during: { 'range1:some, range2:range': turned(includes) },
  starts: { 'range1:some, range2:range': starts },
  'started by': { 'range1:range, range2:some': turned(starts) },
  coincides: { 'range1:some, range2:some': (a, b) => and(startsAlike(asRange(a), asRange(b)), endsAlike(asRange(a), asRange(b))) },
};

// -- dates, contexts, and the rest -----------------------------------------------------------------------------------

const WEEKDAYS = [ 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday' ];
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
];
const ofDay = make => ({ 'date:day': each => make(each) });

// Equal, of one kind, and with the same zone.
const zoneOf = value => value?.zone === '+00:00' ? 'UTC' : value?.zone ?? null;
const is = (a, b) => kind(a) === kind(b) && same(a, b) && zoneOf(a) === zoneOf(b);

function put(context, [ key, ...keys ], value) {
  const inner = keys.length ? context.get(key) : null;
  if (typeof key !== 'string' || (keys.length && !(inner instanceof Map))) {
    return null;
  }
  const made = keys.length ? put(inner, keys, value) : value;
  return keys.length && made === null ? null : new Map(context).set(key, made);
}

function contextFrom(list) {
  const made = new Map();
  for (const each of list) {
    const key = each instanceof Map ? each.get('key') : null;
    if (typeof key !== 'string' || made.has(key) || !each.has('value')) {
      return null;
    }
    made.set(key, each.get('value'));
  }
  return made;
}

const valueAt = (context, keys) => keys.reduce((found, key) =>
  found instanceof Map && typeof key === 'string' ? entry(found, key) ?? null : null, context);
const OTHERS = {
  not: { 'negand:any': negand => typeof negand === 'boolean' ? !negand : null },
  is: { 'value1:any, value2:any': is },
  'day of year': ofDay(each => count(each.plain.dayOfYear)),
  'day of week': ofDay(each => WEEKDAYS[each.plain.dayOfWeek - 1]),
  'month of year': ofDay(each => MONTHS[each.plain.month - 1]),
  'week of year': ofDay(each => count(weekOfYear(each))),
  'get value': {
    'm:context, key:string': (context, key) => valueAt(context, [ key ]),
    'm:context, keys:list': valueAt,
  },
  'get entries': { 'm:context': context => [ ...context ].map(([ key, value ]) => new Map([ [ 'key', key ], [ 'value', value ] ])) },
  context: { 'entries:list': contextFrom },
  'context put': {
    'context:context, key:string, value:any': (context, key, value) => put(context, [ key ], value),
    'context:context, keys:list, value:any': (context, keys, value) => keys.length ? put(context, keys, value) : null,
  },
  'context merge': {
    'contexts:list': given => given.every(each => each instanceof Map) ? new Map(given.flatMap(each => [ ...each ])) : null,
  },
};

const ALL = { ...CONVERSION, ...TEXT, ...LIST, ...NUMBERS, ...RANGES, ...OTHERS, ...WORDS };
export const BUILTINS = new Map(Object.entries(ALL).map(([ name, forms ]) => [ name, builtin(name, forms) ]));
