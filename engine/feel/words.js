// FEEL's string() writes a date as data does, 2026-10-14. Texts that people read say "14 October 2026".
import { date, dateAndTime, FeelDate, FeelDateTime } from './temporal.js';

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'
];

// long date(from): a date, a date and time, or the ISO text of one; null for anything else.
function longDate(from) {
  const day = typeof from === 'string' ? date(from) ?? dateAndTime(from) : from;
  if (!(day instanceof FeelDate || day instanceof FeelDateTime)) {
    return null;
  }
  const { day: number, month, year } = day.plain;
  return `${number} ${MONTHS[month - 1]} ${year}`;
}

// By name: its signature, and what it does.
export const WORDS = { 'long date': { 'from:any': longDate } };
