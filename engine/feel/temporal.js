// Dates, times and durations of FEEL (DMN 1.3 section 10.3.2.3). A date and time is a reading of the clock, and where it
// has a zone, a point in time as well: what differs or is added is counted in seconds that pass, also when clocks change.
import { Temporal } from 'temporal-polyfill';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const ZONE = /^(.*?)(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_/+-]+)?$/;
const OFFSET = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/;
const DATE = /^(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?$/; // without seconds: as forms write it
const MONTHS = /^(-?)P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?$/;
const SECONDS = /^(-?)P(?=\d|T\d)(?:(\d{1,15})D)?(?:T(?=\d)(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{1,9}))?S)?)?$/;
// A time of a named zone has no day that tells its offset: winter's is taken.
const WINTER = Temporal.PlainDateTime.from('2024-01-01T00:00:00');

// What is outside the years that can be held is null.
function orNull(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError && !/call stack/i.test(error.message)) {
      return null;
    }
    throw error;
  }
}

const zones = new Set();
function knownZone(zone) {
  if (zone === null || zone === 'UTC' || zones.has(zone)) {
    return true;
  }
  if (OFFSET.test(zone)) {
    return offsetSeconds(zone) < 86_400 && offsetSeconds(zone) > -86_400;
  }
  const known = orNull(() => WINTER.toZonedDateTime(zone)) !== null;
  if (known) {
    zones.add(zone);
  }
  return known;
}

function offsetSeconds(zone) {
  if (zone === 'UTC') {
    return 0;
  }
  const found = OFFSET.exec(zone);
  return found && (found[1] === '-' ? -1 : 1) * (found[2] * 3600 + found[3] * 60 + Number(found[4] ?? 0));
}

function suffix(zone) {
  return zone === null ? '' : zone === 'UTC' ? 'Z' : OFFSET.test(zone) ? zone : `@${zone}`;
}

const asUtc = plain => plain.toZonedDateTime('UTC').epochNanoseconds;
const fromUtc = nanoseconds => new Temporal.Instant(nanoseconds).toZonedDateTimeISO('UTC').toPlainDateTime();
const floorDay = nanoseconds => nanoseconds - ((nanoseconds % DAY) + DAY) % DAY;
const ofDay = time => asUtc(Temporal.PlainDate.from('1970-01-01').toPlainDateTime(time));

export class FeelDate {
  constructor(plain) {
    this.plain = plain;
  }
  get instant() {
    return asUtc(this.plain.toPlainDateTime());
  }
  toString() {
    const { year, month, day } = this.plain;
    return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
  }
}

const two = number => String(number).padStart(2, '0');

export class FeelTime {
  constructor(plain, zone = null) {
    this.plain = plain;
    this.zone = zone;
  }
  get offset() {
    return this.zone === null ? null : offsetSeconds(this.zone) ?? WINTER.toZonedDateTime(this.zone).offsetNanoseconds / 1e9;
  }
  get instant() {
    return ofDay(this.plain) - BigInt(this.offset ?? 0) * SECOND;
  }
  toString() {
    return this.plain.toString() + suffix(this.zone);
  }
}

export class FeelDateTime {
  // `instant` is given where the reading does not tell it: in the hour that the clocks go through twice.
  constructor(plain, zone = null, instant = null) {
    this.plain = plain;
    this.zone = zone;
    this.instant = instant ?? instantOf(plain, zone);
  }
  get offset() {
    return this.zone === null ? null : Number((asUtc(this.plain) - this.instant) / SECOND);
  }
  // Whether this is the second of the two times that read alike.
  get fold() {
    return this.zone !== null && this.instant !== instantOf(this.plain, this.zone);
  }
  get date() {
    return new FeelDate(this.plain.toPlainDate());
  }
  get time() {
    return new FeelTime(this.plain.toPlainTime(), this.zone);
  }
  toString() {
    return `${this.date}T${this.plain.toPlainTime()}${suffix(this.zone)}`;
  }
}

function instantOf(plain, zone) {
  const offset = zone === null ? 0 : offsetSeconds(zone);
  return offset === null ? plain.toZonedDateTime(zone).epochNanoseconds : asUtc(plain) - BigInt(offset) * SECOND;
}

function atInstant(instant, zone) {
  const offset = zone === null ? 0 : offsetSeconds(zone);
  const plain = offset === null
    ? new Temporal.Instant(instant).toZonedDateTimeISO(zone).toPlainDateTime()
    : fromUtc(instant + BigInt(offset) * SECOND);
  return new FeelDateTime(plain, zone, instant);
}

// The moment of this machine's clock, as a zone reads it.
export const machineNow = zone => atInstant(BigInt(Date.now()) * 1_000_000n, zone);

export class MonthsDuration {
  constructor(months) {
    this.months = months;
  }
  toString() {
    const size = Math.abs(this.months);
    const [ years, months ] = [ Math.floor(size / 12), size % 12 ];
    return `${this.months < 0 ? '-' : ''}P${years ? `${years}Y` : ''}${months || !years ? `${months}M` : ''}`;
  }
}

export class TimeDuration {
  constructor(nanoseconds) {
    this.nanoseconds = nanoseconds;
  }
  get parts() {
    const size = this.nanoseconds < 0n ? -this.nanoseconds : this.nanoseconds;
    const seconds = size / SECOND;
    return { days: seconds / 86_400n, hours: seconds / 3600n % 24n, minutes: seconds / 60n % 60n, seconds: seconds % 60n,
      nanoseconds: size % SECOND };
  }
  toString() {
    const { days, hours, minutes, seconds, nanoseconds } = this.parts;
    const fraction = nanoseconds ? `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}` : '';
    const time = (hours ? `${hours}H` : '') + (minutes ? `${minutes}M` : '')
      + (seconds || fraction ? `${seconds}${fraction}S` : '');
    const text = (days ? `${days}D` : '') + (time ? `T${time}` : '');
    return `${this.nanoseconds < 0n ? '-' : ''}P${text || 'T0S'}`;
  }
}

export const isDuration = value => value instanceof MonthsDuration || value instanceof TimeDuration;
export const isZoned = value => (value.zone ?? null) !== null;

// -- from text and numbers ------------------------------------------------------------------------------------------

export function date(text) {
  const found = DATE.exec(text);
  return found && dateOf(Number(found[1]), Number(found[2]), Number(found[3]));
}

export function dateOf(year, month, day) {
  return orNull(() => new FeelDate(Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' })));
}

function zoneOf(text) {
  return text === undefined ? null : text === 'Z' ? 'UTC' : text.replace('@', '');
}

export function time(text) {
  const [ , reading, zone ] = ZONE.exec(text) ?? [];
  const found = reading && TIME.exec(reading);
  if (!found || !knownZone(zoneOf(zone))) {
    return null;
  }
  const nanosecond = Number((found[4] ?? '.0').slice(1).padEnd(9, '0'));
  return timeOf(Number(found[1]), Number(found[2]), Number(found[3] ?? 0), nanosecond, zoneOf(zone));
}

export function timeOf(hour, minute, second, nanosecond, zone) {
  const parts = { hour, minute, second, millisecond: Math.floor(nanosecond / 1e6),
    microsecond: Math.floor(nanosecond / 1e3) % 1e3, nanosecond: nanosecond % 1e3 };
  return orNull(() => new FeelTime(Temporal.PlainTime.from(parts, { overflow: 'reject' }), zone));
}

export function dateAndTime(text) {
  const [ day, clock ] = text.split(/T(.*)/s);
  const on = date(day);
  const at = clock === undefined ? timeOf(0, 0, 0, 0, null) : time(clock);
  return on && at && combine(on, at);
}

export function combine(on, at) {
  return orNull(() => new FeelDateTime(on.plain.toPlainDateTime(at.plain), at.zone));
}

export function duration(text) {
  const months = MONTHS.exec(text);
  if (months) {
    return new MonthsDuration((months[1] ? -1 : 1) * (Number(months[2] ?? 0) * 12 + Number(months[3] ?? 0)) || 0);
  }
  const found = SECONDS.exec(text);
  if (!found) {
    return null;
  }
  const [ days, hours, minutes, seconds ] = found.slice(2, 6).map(part => BigInt(part ?? 0));
  const fraction = BigInt((found[6] ?? '').padEnd(9, '0'));
  const size = (((days * 24n + hours) * 60n + minutes) * 60n + seconds) * SECOND + fraction;
  return new TimeDuration(found[1] ? -size : size);
}

export function offsetZone(offset) {
  const total = Number(offset.nanoseconds / SECOND);
  const size = Math.abs(total);
  const seconds = size % 60 ? `:${two(size % 60)}` : '';
  const zone = `${total < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}${seconds}`;
  return size < 86_400 ? zone : null;
}

export function literal(text) {
  return /^-?P/.test(text) ? duration(text) : /^\d\d:/.test(text) ? time(text)
    : text.includes('T') ? dateAndTime(text) : date(text);
}

// -- arithmetic (tables 56 to 61) -----------------------------------------------------------------------------------

export function plus(value, by, sign) {
  return orNull(() => by instanceof MonthsDuration ? plusMonths(value, by.months * sign)
    : plusTime(value, by.nanoseconds * BigInt(sign)));
}

function plusMonths(value, months) {
  return value instanceof FeelDate ? new FeelDate(value.plain.add({ months }))
    : value instanceof FeelDateTime ? new FeelDateTime(value.plain.add({ months }), value.zone) : null;
}

function plusTime(value, nanoseconds) {
  if (value instanceof FeelDate) {
    return new FeelDate(fromUtc(floorDay(value.instant + nanoseconds)).toPlainDate());
  }
  if (value instanceof FeelDateTime) {
    return atInstant(value.instant + nanoseconds, value.zone);
  }
  const day = ofDay(value.plain) + nanoseconds;
  return new FeelTime(fromUtc(day - floorDay(day)).toPlainTime(), value.zone);
}

// A date is its midnight in UTC; of a zoned and an unzoned time nobody can say how far they are apart.
export function between(a, b) {
  if (a instanceof FeelTime !== b instanceof FeelTime) {
    return null;
  }
  const zoned = value => value instanceof FeelDate || isZoned(value);
  return zoned(a) === zoned(b) ? new TimeDuration(a.instant - b.instant) : null;
}

export function monthsBetween(from, to) {
  const [ a, b ] = [ from, to ].map(each => each instanceof FeelDateTime ? each.date : each);
  return orNull(() => new MonthsDuration(a.plain.until(b.plain, { largestUnit: 'month' }).months || 0));
}

export const weekOfYear = value => value.plain.weekOfYear ?? value.plain.toPlainDate().weekOfYear;
export const nextDay = (day, sign) => new FeelDate(day.plain.add({ days: sign }));
