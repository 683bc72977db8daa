// Names, paths and filters.
import { BUILTINS } from './builtins.js';
import { compiled, spelt } from './compile.js';
import { children } from './parse.js';
import { run, warn } from './run.js';
import { ofItem } from './scope.js';
import { CONDITIONS, tested } from './tests.js';
import { isWhole, kind, property, text as written } from './types.js';

export function variable(node, text) {
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

export function path(nodes, text) {
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

export function filter(nodes, text) {
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
