// An expression as a plain tree, for whoever asks what it reads and whether that fits: [name, place, text or parts].
import { parse, unknown } from './parse.js';

// What is one word of the language, however many words it is written in.
const WHOLE = new Set([
  'VariableName', 'PathName', 'Name', 'StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'CompareOp', 'ArithOp', 'Type',
  'DateTimeConstructor', '?',
]);

function plain(node, text) {
  if (WHOLE.has(node.name) || !node.firstChild) {
    return [ node.name, node.from, text.slice(node.from, node.to) ];
  }
  const parts = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    parts.push(plain(child, text));
  }
  return [ node.name, node.from, parts ];
}

export function inspect({ text, dialect, names }) {
  return { tree: plain(parse(text, dialect, unknown(names)).topNode, text) };
}
