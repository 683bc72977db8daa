// How the arguments of a built-in function are fitted to its signatures, such as "from:string, length?:number".
import { warn } from './run.js';
import { FeelFunction, isWhole, kind } from './types.js';

const ANY = () => true;
export const oneOf = (...kinds) => value => kinds.includes(kind(value));
const DURATION = oneOf('days and time duration', 'years and months duration');
const FITS = {
  any: ANY,
  some: value => kind(value) !== 'null',
  number: oneOf('number'),
  whole: isWhole,
  string: oneOf('string'),
  boolean: oneOf('boolean'),
  list: Array.isArray,
  context: oneOf('context'),
  function: oneOf('function'),
  range: oneOf('range'),
  date: oneOf('date'),
  time: oneOf('time'),
  day: oneOf('date', 'date and time'),
  duration: DURATION,
  offset: oneOf('days and time duration'),
  size: value => kind(value) === 'number' || DURATION(value),
};
const NONE = {};

// The value as such a parameter takes it: a list of one is its item, and an item a list of one (10.3.2.9.4).
function fitted(value, wanted) {
  if (FITS[wanted](value)) {
    return value;
  }
  if (wanted === 'list') {
    return kind(value) === 'null' ? NONE : [ value ];
  }
  return Array.isArray(value) && value.length === 1 && FITS[wanted](value[0]) ? value[0] : NONE;
}

// "from:string, length?:number" or "...list:any"
function parametersOf(signature) {
  return signature.split(', ').filter(Boolean).map(each => {
    const [ , repeated, name, optional, wanted ] = /^(\.\.\.)?([^?:]+)(\?)?:(\w+)$/.exec(each);
    return { name, wanted, optional: Boolean(optional), repeated: Boolean(repeated) };
  });
}

function positional(parameters, given) {
  const last = parameters.at(-1);
  const repeated = last?.repeated;
  if (given.length > parameters.length && !repeated) {
    return null;
  }
  const fixed = repeated ? parameters.slice(0, -1) : parameters;
  const rest = repeated ? given.slice(fixed.length).map(value => fitted(value, last.wanted)) : [];
  const found = fixed.map((each, i) => argument(each, given[i]));
  return [ ...found, ...rest ].includes(NONE) || (repeated && !rest.length) ? null : [ ...found, ...rest ];
}

function argument({ optional, wanted }, value) {
  const missing = value === undefined || (optional && value === null);
  return missing ? (optional ? undefined : NONE) : fitted(value, wanted);
}

function named(parameters, given) {
  const names = parameters.map(each => each.name);
  if ([ ...given.keys() ].some(name => !names.includes(name))) {
    return null;
  }
  const last = parameters.at(-1);
  if (last?.repeated) {
    const rest = given.get(last.name);
    return positional(parameters, [ ...names.slice(0, -1).map(name => given.get(name)), ...Array.isArray(rest) ? rest : [ rest ] ]);
  }
  return positional(parameters, names.map(name => given.get(name)));
}

// A built-in function of its forms: what each does by its signature.
export function builtin(name, forms) {
  const known = Object.entries(forms).map(([ signature, call ]) => [ parametersOf(signature), call ]);
  const invoke = given => {
    for (const [ parameters, call ] of known) {
      const found = given instanceof Map ? named(parameters, given) : positional(parameters, given);
      if (found) {
        return call(...found) ?? null;
      }
    }
    warn(`Cannot invoke '${name}' with these arguments`);
    return null;
  };
  return new FeelFunction(invoke, known[0][0].map(each => each.name));
}
