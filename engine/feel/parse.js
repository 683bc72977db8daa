// FEEL's grammar: lezer-feel's parser, and what is said of a text that it cannot read.
import { parser, trackVariables } from 'lezer-feel';

export class FeelSyntaxError extends Error {}

// `names` is an object whose keys are the names that hold spaces or signs, with what stands in them: FEEL can tell these
// only if it knows them.
export function parse(text, dialect, names = {}) {
  const top = dialect === 'unaryTests' ? 'UnaryTests' : 'Expression';
  return parser.configure({ top, contextTracker: trackVariables(names) }).parse(text);
}

export const unknown = names => Object.fromEntries((names ?? []).map(name => [ name, null ]));

export function children(node) {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!child.type.isSkipped) {
      found.push(child);
    }
  }
  return found;
}

// What is parsed but does not mean what its author thinks: "+5" is taken for -5, "a == 3" is a compared with the test "= 3", which is null, and
// "1 < a < 3" compares true or false with 3.
export function misread({ name, node }, text) {
  const before = node.prevSibling;
  if (name === 'SimplePositiveUnaryTest' && before?.name === 'CompareOp' && node.firstChild.name === 'CompareOp') {
    return { error: `"${text.slice(before.from, node.firstChild.to)}" is no comparison`, at: before.from };
  }
  if (name === 'ArithmeticExpression' && node.firstChild.name === 'ArithOp' && text[node.from] === '+') {
    return { error: 'FEEL has no sign "+" before a value; leave it out', at: node.from };
  }
  if (name === 'Comparison' && node.parent?.name === 'Comparison' && !before) {
    return { error: 'two comparisons in a row; join them with "and"', at: node.to };
  }
  return null;
}

// A syntax error in plain words: what stands where it should not, or that the text ends too early. Empty if it has none.
export function wrong(text, dialect, names) {
  let at = null;
  let odd = null;
  parse(text, dialect, names).iterate({ enter(node) {
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
