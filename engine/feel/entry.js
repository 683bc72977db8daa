// The FEEL side of engine/feel: bundled to one file and run in a V8 isolate with nothing else in it.
// One call takes a JSON request with any number of expressions, so that a gateway's conditions cost one crossing.
import { BUILTINS } from './builtins.js';
import { evaluate, oddNames, test } from './evaluate.js';
import { userFunction } from './functions.js';
import { inspect } from './inspect.js';
import { children, FeelSyntaxError, parse, unknown, wrong } from './parse.js';
import { run } from './run.js';
import { Scope } from './scope.js';
import { dateAndTime } from './temporal.js';
import { contextOf, plain, revive } from './types.js';

const MAX_ANSWER = 4_000_000;

// A context may have an entry of this name; with the accessor gone it is an entry like any other.
delete Object.prototype.__proto__;

// -- evaluation -----------------------------------------------------------------------------------------------------

// Business knowledge models: functions that see their parameters and each other, and nothing else.
function functionsOf(definitions) {
  const made = new Map();
  for (const { name, params, body } of definitions) {
    const parameters = params.map(each => ({ name: each, type: () => true }));
    const invoke = given => evaluate(body, new Scope(given, new Scope(made)), { ...oddNames(made), ...oddNames(given) });
    made.set(name, userFunction(parameters, invoke));
  }
  return made;
}

function one([ kind, text, input ], scope, names) {
  const value = kind === 'expression' ? plain(evaluate(text, scope, names)) : test(text, revive(input), scope, names) === true;
  return { value, warnings: run.warnings };
}

const EXHAUSTED = /call stack|string length|array length|nested too deeply|array buffer|too many|maximum/i;

function guarded(run) {
  try {
    return run();
  } catch (error) {
    const message = String(error?.message ?? error);
    const limit = error instanceof RangeError && EXHAUSTED.test(message);
    const kind = error instanceof FeelSyntaxError ? 'syntax' : limit ? 'limit' : 'failed';
    return { error: message, kind, at: null };
  }
}

// -- free names -----------------------------------------------------------------------------------------------------

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

// -- what the worker calls --------------------------------------------------------------------------------------------

const TASKS = {
  evaluate({ items, variables, functions, now }) {
    run.moment = now ? dateAndTime(now) : null;
    const [ given, own ] = [ contextOf(Object.entries(variables)), functionsOf(functions ?? []) ];
    const names = { ...oddNames(own), ...oddNames(given) };
    const scope = new Scope(given, new Scope(own));
    return items.map(item => {
      run.warnings = [];
      const answer = guarded(() => one(item, scope, names));
      return answer.kind === 'syntax' ? { ...answer, ...wrong(item[1], item[0], names) } : answer;
    });
  },
  inspect: asked => guarded(() => inspect(asked)),
  check: ({ text, dialect, names }) => guarded(() => wrong(text, dialect, unknown(names))),
  names: ({ text, dialect }) => guarded(() => {
    const found = new Set();
    walk(parse(text, dialect).topNode, text, new Set(), found);
    return { names: [ ...found ].filter(name => !BUILTINS.has(name)) };
  }),
};

globalThis.feel = request => {
  const asked = JSON.parse(request);
  const answer = JSON.stringify(guarded(() => TASKS[asked.task](asked)));
  return answer.length > MAX_ANSWER ? JSON.stringify({ error: 'the result is too large', kind: 'limit' }) : answer;
};
