// The FEEL side of engine/feel.py: bundled to one file and run in a V8 isolate with nothing else in it.
// One call takes a JSON request with any number of expressions, so that a gateway's conditions cost one crossing.
import {
  date, dateAndTime, duration, evaluate, FeelDate, FeelDateTime, FeelDuration, FeelTime, isFunction, isRange,
  parseExpression, parseUnaryTests, SyntaxError as FeelSyntaxError, time, unaryTest,
} from 'feelin';

const TAG = '@feel';
const MAKE = { date, time, 'date and time': dateAndTime, duration };
const MAX_RESULT_DEPTH = 64;

// Values from Python: tagged objects become FEEL's temporal values; objects lose their prototype, so that no property
// of JavaScript's own objects can be named from an expression.
function revive(value) {
  if (Array.isArray(value)) {
    return value.map(revive);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (TAG in value) {
    return MAKE[value[TAG]](value.value);
  }
  const made = Object.create(null);
  for (const [ name, inner ] of Object.entries(value)) {
    made[name] = revive(inner);
  }
  return made;
}

function kindOf(value) {
  return value instanceof FeelDate ? 'date'
    : value instanceof FeelTime ? 'time'
      : value instanceof FeelDateTime ? 'date and time'
        : value instanceof FeelDuration ? 'duration'
          : null;
}

// Values for Python: plain JSON, temporal values tagged. Raises on what has no place in data (functions, ranges).
function plain(value, depth = 0) {
  if (depth > MAX_RESULT_DEPTH) {
    throw new Error('the result is nested too deeply');
  }
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') {
    return value ?? null;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : null;
  }
  const kind = kindOf(value);
  if (kind) {
    return { [TAG]: kind, value: value.toString(), yearsMonths: value.yearsMonths ?? false };
  }
  if (Array.isArray(value)) {
    return value.map(inner => plain(inner, depth + 1));
  }
  if (typeof value === 'function' || isFunction(value) || isRange(value) || typeof value !== 'object') {
    throw new Error('the result is a function or a range, not a value');
  }
  return Object.fromEntries(Object.entries(value).map(([ name, inner ]) => [ name, plain(inner, depth + 1) ]));
}

function one([ kind, text, input ], variables, now) {
  const context = Object.assign(Object.create(null), variables);
  if (now) {
    context.now = () => dateAndTime(now);
    context.today = () => date(now.slice(0, 10));
  }
  if (kind === 'unaryTests') {
    context['?'] = revive(input);
    const { value, warnings } = unaryTest(text, context);
    return { value: value === true, warnings: warnings.map(w => w.message) };
  }
  const { value, warnings } = evaluate(text, context);
  return { value: plain(value), warnings: warnings.map(w => w.message) };
}

function guarded(run) {
  try {
    return run();
  } catch (error) {
    const syntax = error instanceof FeelSyntaxError || error.name === 'SyntaxError';
    return { error: String(error.message ?? error), syntax, at: error.position?.from ?? null };
  }
}

globalThis.feel = request => {
  const { items, variables, now } = JSON.parse(request);
  const context = revive(variables);
  return JSON.stringify(items.map(item => guarded(() => one(item, context, now))));
};

globalThis.feelCheck = (text, dialect) => JSON.stringify(guarded(() => {
  const tree = dialect === 'unaryTests' ? parseUnaryTests(text, {}) : parseExpression(text, {});
  let wrong = null;
  tree.iterate({ enter(node) {
    if (node.type.isError && wrong === null) {
      wrong = node.from;
    }
  } });
  return wrong === null ? {} : { error: `unexpected "${text.slice(wrong, wrong + 20)}"`, syntax: true, at: wrong };
}));
