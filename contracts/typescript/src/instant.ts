/** A moment: microseconds since 1970, and whether the text had an offset from UTC. */
export interface Instant {
  readonly microseconds: bigint;
  readonly hasOffset: boolean;
}

const FORM = new RegExp(
  "^(?<year>[0-9]{4})-?(?:(?<day>[0-9]{3})|(?<date>[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[0-9])?))" +
    "T(?<hour>[0-9]{2})(?::?(?<minute>[0-9]{2})(?::?(?<second>[0-9]{2}))?)?(?:[.,](?<part>[0-9]+))?" +
    "(?<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$",
);
const DAY = 86_400;

/** Return the ISO 8601 date-time in a text, or undefined if it is not one. */
export function readInstant(text: string): Instant | undefined {
  const match = FORM.exec(text)?.groups;
  if (!match) return undefined;
  const [hour, minute, second] = [match["hour"], match["minute"], match["second"]].map(Number) as [number, number, number];
  const unit = match["second"] ? 1 : match["minute"] ? 60 : 3600;
  const seconds = hour * 3600 + (minute || 0) * 60 + (second || 0);
  const part = match["part"] ? microsecondsOf(match["part"], unit) : 0n;
  const day = dayOf(match);
  const offset = offsetOf(match["offset"]);
  if (day === undefined || offset === undefined || (minute || 0) > 59 || (second || 0) > 60) return undefined;
  if (BigInt(seconds) * 1_000_000n + part > BigInt(DAY) * 1_000_000n) return undefined;
  const whole = BigInt(day) * BigInt(DAY) + BigInt(seconds - offset);
  return { microseconds: whole * 1_000_000n + part, hasOffset: match["offset"] !== undefined };
}

/** Return a decimal fraction of a unit of seconds; of more than six digits of a second the rest is left out. */
function microsecondsOf(digits: string, unit: number): bigint {
  return (BigInt(digits.slice(0, 9).padEnd(9, "0")) * BigInt(unit)) / 1000n;
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "Z") return 0;
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  return hours > 23 || minutes > 59 ? undefined : (hours * 3600 + minutes * 60) * (text.startsWith("-") ? -1 : 1);
}

/** Return the days since 1970 of a calendar date, a week date or a day of a year; undefined if there is none. */
function dayOf(match: Record<string, string | undefined>): number | undefined {
  const year = Number(match["year"]);
  if (year < 1) return undefined;
  if (match["day"]) return within(year, days(year, 1, 1) + Number(match["day"]) - 1);
  const date = match["date"]?.replace("-", "") ?? "";
  return date.startsWith("W") ? weekDay(year, Number(date.slice(1, 3)), Number(date.slice(3) || 1)) : calendarDay(year, date);
}

function calendarDay(year: number, date: string): number | undefined {
  const [month, day] = [Number(date.slice(0, 2)), Number(date.slice(2))];
  if (month < 1 || month > 12 || day < 1) return undefined;
  const found = days(year, month, day);
  return new Date(found * DAY * 1000).getUTCDate() === day ? found : undefined;
}

function weekDay(year: number, week: number, day: number): number | undefined {
  const first = monday(year);
  const weeks = (monday(year + 1) - first) / 7;
  return week >= 1 && week <= weeks && day >= 1 && day <= 7 ? first + (week - 1) * 7 + day - 1 : undefined;
}

/** Return the Monday of the week that holds the fourth of January. */
function monday(year: number): number {
  const fourth = days(year, 1, 4);
  return fourth - ((new Date(fourth * DAY * 1000).getUTCDay() + 6) % 7);
}

function within(year: number, day: number): number | undefined {
  return new Date(day * DAY * 1000).getUTCFullYear() === year ? day : undefined;
}

function days(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / (DAY * 1000);
}

const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Return the moment of a `Date` header in microseconds, or undefined. */
export function readHttpDate(text: string | undefined): bigint | undefined {
  const moment = text !== undefined && HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(moment) ? undefined : BigInt(moment) * 1000n;
}

/** Write a moment for people. */
export function writeInstant(microseconds: bigint): string {
  return new Date(Number(microseconds / 1000n)).toISOString();
}
