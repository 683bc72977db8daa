// The tree of lezer-feel is made into functions of a scope, a kind of node at a time. A module a topic says what its kinds mean.
import { children, FeelSyntaxError } from './parse.js';

const LEAVES = {};
const COMPILERS = {};

// What kinds of nodes mean: leaves are given the node, others the nodes inside it, and the text.
export function define(leaves, compilers) {
  Object.assign(LEAVES, leaves);
  Object.assign(COMPILERS, compilers);
}

export function compiled(node, text) {
  if (Object.hasOwn(LEAVES, node.name)) {
    return LEAVES[node.name](node, text);
  }
  if (Object.hasOwn(COMPILERS, node.name)) {
    return COMPILERS[node.name](children(node), text);
  }
  throw new FeelSyntaxError(`"${source(node, text)}" was not expected`);
}

export const source = (node, text) => text.slice(node.from, node.to);

// A name of several words as it is known, whatever stands between them.
export const spelt = (node, text) => children(node).length > 1
  ? children(node).map(each => text.slice(each.from, each.to)).join(' ') : text.slice(node.from, node.to).replace(/\s+/g, ' ');
