// FEEL's arithmetic (DMN 1.3 tables 55 to 61); null for what has no such sum.
import { between, isDuration, MonthsDuration, plus, TimeDuration } from './temporal.js';
import { finite, kind, Numeric } from './types.js';

const numbers = (a, b) => kind(a) === 'number' && kind(b) === 'number';
const isInstant = value => [ 'date', 'time', 'date and time' ].includes(kind(value));
const alike = (a, b) => isDuration(a) && kind(a) === kind(b);

function durationSum(a, b, sign) {
  return a instanceof MonthsDuration ? months(a.months + sign * b.months)
    : new TimeDuration(a.nanoseconds + BigInt(sign) * b.nanoseconds);
}

const months = size => Number.isSafeInteger(size) ? new MonthsDuration(size || 0) : null;

function sum(a, b) {
  if (numbers(a, b)) {
    return finite(a.plus(b));
  }
  if (typeof a === 'string' && typeof b === 'string') {
    return a + b;
  }
  const [ one, other ] = isDuration(a) && isInstant(b) ? [ b, a ] : [ a, b ];
  return isInstant(one) && isDuration(other) ? plus(one, other, 1) : alike(a, b) ? durationSum(a, b, 1) : null;
}

function difference(a, b) {
  if (numbers(a, b)) {
    return finite(a.minus(b));
  }
  if (isInstant(a)) {
    return isDuration(b) ? plus(a, b, -1) : isInstant(b) ? between(a, b) : null;
  }
  return alike(a, b) ? durationSum(a, b, -1) : null;
}

// A duration has whole months, or whole nanoseconds.
function scaled(size, by) {
  const made = by(size instanceof MonthsDuration ? new Numeric(size.months) : new Numeric(String(size.nanoseconds)));
  if (!made.isFinite() || made.e > 30) {
    return null;
  }
  return size instanceof MonthsDuration ? months(made.trunc().toNumber())
    : new TimeDuration(BigInt(made.toDecimalPlaces(0).toFixed()));
}

function product(a, b) {
  if (numbers(a, b)) {
    return finite(a.times(b));
  }
  const [ size, by ] = isDuration(b) ? [ b, a ] : [ a, b ];
  return isDuration(size) && kind(by) === 'number' ? scaled(size, each => each.times(by)) : null;
}

const sizeOf = each => new Numeric(each instanceof MonthsDuration ? each.months : String(each.nanoseconds));

function quotient(a, b) {
  const divisor = alike(a, b) ? sizeOf(b) : kind(b) === 'number' ? b : null;
  if (divisor === null || divisor.isZero()) {
    return null;
  }
  return alike(a, b) ? finite(sizeOf(a).div(divisor)) : kind(a) === 'number' ? finite(a.div(divisor))
    : isDuration(a) ? scaled(a, each => each.div(divisor)) : null;
}

const power = (a, b) => numbers(a, b) ? finite(a.pow(b)) : null;
// By operator: what it does, and its word for a warning.
export const ARITHMETIC = {
  '+': [ sum, 'add' ], '-': [ difference, 'subtract' ], '*': [ product, 'multiply' ], '/': [ quotient, 'divide' ],
  '**': [ power, 'exponentiate' ], '^': [ power, 'exponentiate' ],
};

export function negative(value) {
  return kind(value) === 'number' ? new Numeric(0).minus(value)
    : value instanceof MonthsDuration ? months(-value.months)
      : value instanceof TimeDuration ? new TimeDuration(-value.nanoseconds) : null;
}
