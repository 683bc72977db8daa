// Comparisons, ranges and the tests of a decision table's cells (DMN 1.3 section 10.3.2.11, table 42).
import { compiled } from './compile.js';
import { children } from './parse.js';
import { inside } from './scope.js';
import { and, compare, COMPARISONS, equal, FeelFunction, FeelRange, not, same, some, within } from './types.js';

// The kinds of nodes that say yes or no.
export const CONDITIONS = new Set([
  'Comparison', 'Conjunction', 'Disjunction', 'QuantifiedExpression', 'InstanceOfExpression', 'BooleanLiteral',
]);

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
export function tested(node, text) {
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

export function comparison(nodes, text) {
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

export function simpleTest(nodes, text) {
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
export function interval(nodes, text) {
  const [ start, end ] = [ compiled(nodes[1], text), compiled(nodes[3], text) ];
  const [ opened, closed ] = [ nodes[0].name === '[', nodes[4].name === ']' ];
  return scope => {
    const [ from, to ] = [ start(scope), end(scope) ];
    return compare(from, to) === null ? null : new FeelRange(from, to, opened, closed);
  };
}
