// Evaluating a FEEL text. What it was made into is kept for the next time, within a budget.
import { compiled } from './language.js';
import { FeelSyntaxError, misread, parse } from './parse.js';
import { unaryTests } from './tests.js';
import { isPlain } from './types.js';

// Characters of expressions that are kept as functions, the latest used ones.
const BUDGET = 20_000;
const kept = new Map();
let size = 0;

function made(text, dialect, names) {
  const tree = parse(text, dialect, names);
  let broken = false;
  tree.iterate({ enter(node) {
    broken ||= node.type.isError || misread(node, text) !== null;
    return !broken;
  } });
  if (broken) {
    throw new FeelSyntaxError('it cannot be read');
  }
  return dialect === 'unaryTests' ? unaryTests(tree.topNode, text) : compiled(tree.topNode, text);
}

function remembered(text, dialect, names) {
  const key = `${dialect} ${text} ${JSON.stringify(names)}`;
  let found = kept.get(key);
  if (found) {
    kept.delete(key);
  } else {
    found = made(text, dialect, names);
    size += key.length;
  }
  kept.set(key, found);
  for (const oldest of size > BUDGET ? kept.keys() : []) {
    if (size <= BUDGET) {
      break;
    }
    kept.delete(oldest);
    size -= oldest.length;
  }
  return found;
}

// -- what others call ---------------------------------------------------------------------------------------------------

const KEYWORDS = new Set([
  'and', 'between', 'else', 'every', 'external', 'false', 'for', 'function', 'if', 'in', 'instance', 'null', 'of', 'or', 'return',
  'satisfies', 'some', 'then', 'true',
]);

// The names that the parser must be told: those that are no plain words or are words of FEEL's own, wherever they stand.
export function oddNames(map) {
  const found = {};
  for (const [ name, value ] of map) {
    const below = oddBelow(value);
    if (below !== null || !isPlain(name) || KEYWORDS.has(name)) {
      found[name] = below;
    }
  }
  return found;
}

function oddBelow(value) {
  const maps = value instanceof Map ? [ value ] : Array.isArray(value) ? value.filter(each => each instanceof Map) : [];
  const found = Object.assign({}, ...maps.map(oddNames));
  return Object.keys(found).length ? found : null;
}

// The value of an expression. Raises FeelSyntaxError.
export const evaluate = (text, scope, names = {}) => remembered(text, 'expression', names)(scope);

// Whether an input passes the tests of a cell: true, false or null. Raises FeelSyntaxError.
export const test = (text, input, scope, names = {}) => remembered(text, 'unaryTests', names)(scope, input);
