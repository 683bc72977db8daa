// for, some and every.
import { compiled, spelt } from './compile.js';
import { children } from './parse.js';
import { warn } from './run.js';
import { inside } from './scope.js';
import { FeelDate, nextDay } from './temporal.js';
import { COMPARISONS, every, FeelRange, isWhole, Numeric, some, within } from './types.js';

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

export function forLoop(nodes, text) {
  const [ iterators, body ] = [ iteratorsOf(nodes, text), compiled(nodes.at(-1), text) ];
  return scope => orNone(() => {
    const partial = [];
    for (const each of scopes(iterators, inside(scope, 'partial', partial))) {
      partial.push(body(each));
    }
    return partial;
  });
}

export function quantified(nodes, text) {
  const [ iterators, condition ] = [ iteratorsOf(nodes, text), compiled(nodes.at(-1), text) ];
  const decide = nodes[0].name === 'some' ? some : every;
  return scope => orNone(() => decide((function* () {
    for (const each of scopes(iterators, scope)) {
      yield condition(each);
    }
  })()));
}
