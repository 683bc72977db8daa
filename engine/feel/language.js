// What a FEEL expression means (DMN 1.3 section 10.3.2): literals, arithmetic, contexts, conditions; and what the other
// modules say, put together.
import { ARITHMETIC, negative } from './arithmetic.js';
import { BUILTINS } from './builtins.js';
import { compiled, define, source, spelt } from './compile.js';
import { functionOf, invocation, parameters, typeOf } from './functions.js';
import { forLoop, quantified } from './iteration.js';
import { children } from './parse.js';
import { filter, path, variable } from './paths.js';
import { warn } from './run.js';
import { Scope } from './scope.js';
import { literal } from './temporal.js';
import { comparison, interval, simpleTest } from './tests.js';
import { and, number, or, text as written } from './types.js';

export { compiled };

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

const ESCAPES = { n: '\n', r: '\r', t: '\t' };

function unescaped(text) {
  return text.slice(1, -1).replace(/\\(?:U([0-9a-fA-F]{6})|u([0-9a-fA-F]{4})|(["'\\nrt]))/g, (all, long, code, char) => {
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

define(LEAVES, COMPILERS);
