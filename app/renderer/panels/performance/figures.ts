// Figures as a person reads them: with their unit, in few digits, and "no data yet" where there is none, which is not 0.
export type Unit = 'ms' | 's' | 'bytes' | 'count' | '/s' | 'share' | 'cores';

export const NO_DATA = 'no data yet';

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Three digits that count: "0.042", "1.23", "12.3", "123", "1,234". */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100) return numbers.format(value);
  if (size >= 10) return trim(value.toFixed(1));
  if (size >= 1) return trim(value.toFixed(2));
  if (size >= 0.001) return trim(value.toFixed(3));
  return value.toExponential(1);
}
const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const scales: Readonly<Record<'ms' | 's' | 'bytes', readonly (readonly [from: number, per: number, unit: string])[]>> = {
  ms: [[60_000, 60_000, 'min'], [1000, 1000, 's'], [1, 1, 'ms'], [0, 0.001, 'µs']],
  s: [[86_400, 86_400, 'd'], [3600, 3600, 'h'], [60, 60, 'min'], [1, 1, 's'], [0.001, 0.001, 'ms'], [0, 0.000001, 'µs']],
  bytes: [[2 ** 30, 2 ** 30, 'GiB'], [2 ** 20, 2 ** 20, 'MiB'], [1024, 1024, 'KiB'], [0, 1, 'B']],
};

/** Just below 100 is not 100: 99.96 % of requests is a promise that a rounded figure would hide. */
export const percent = (value: number): string => (value > 99 && value < 100 ? trim((Math.floor(value * 100) / 100).toFixed(2)) : digits(value));

/** `given` may be any unit that a report names; those that are not known stand after the digits as they are. */
export function figure(value: number | null | undefined, given: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_DATA;
  switch (given) {
    case 'ms': case 's': case 'bytes': {
      if (value === 0) return `0 ${given === 'bytes' ? 'B' : given}`;
      const [, per, unit] = scales[given].find(([from]) => Math.abs(value) >= from)!;
      return `${digits(value / per)} ${unit}`;
    }
    case 'share': case 'ratio': return `${percent(value * 100)} %`;
    case '/s': return `${digits(value)}/s`;
    case 'count': case '': return digits(value);
    default: return `${digits(value)} ${given}`;
  }
}

/** What stands beside an axis: the unit, said once. */
function axisUnit(unit: Unit, top: number): { readonly per: number; readonly name: string } {
  switch (unit) {
    case 'ms': case 's': case 'bytes': {
      const [, per, name] = scales[unit].find(([from]) => top >= from)!;
      return { per, name };
    }
    case 'share': return { per: 0.01, name: '%' };
    case '/s': return { per: 1, name: '/s' };
    case 'cores': return { per: 1, name: 'cores' };
    case 'count': return { per: 1, name: '' };
  }
}

/** Round values from 0 up to at least `high`, four or five of them. */
export function ticksFor(high: number): number[] {
  const rough = Math.max(high, Number.MIN_VALUE) / 4, magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * magnitude).find((s) => s >= rough * 0.999)!;
  return Array.from({ length: Math.ceil(high / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Ticks in a unit's own scale: 0, 16, 32 MiB and not 0, 20,000,000 bytes. */
export function unitTicks(unit: Unit, high: number): { readonly ticks: readonly number[]; readonly per: number; readonly name: string } {
  const { per, name } = axisUnit(unit, high);
  return { ticks: ticksFor(high / per).map((tick) => tick * per), per, name };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayMinute = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const whole = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const clockTime = (ms: number): string => clock.format(ms);
export const wholeTime = (ms: number): string => whole.format(ms);
/** As fine as a range of this length needs. */
export function axisTime(ms: number, length: number): string {
  if (length <= 15 * 60_000) return clock.format(ms);
  if (length <= 26 * 3_600_000) return minute.format(ms);
  return length <= 3 * 86_400_000 ? dayMinute.format(ms) : day.format(ms);
}
export function spanWords({ from, to }: { readonly from: number; readonly to: number }): string {
  const length = to - from, one = length <= 26 * 3_600_000 ? clock : dayMinute;
  return `${one.format(from)} – ${one.format(to)}`;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400];
/** Round moments (by the local clock) within a range, at most `most`. */
export function timeTicks({ from, to }: { readonly from: number; readonly to: number }, most: number): number[] {
  const step = (steps.find((s) => (to - from) / (s * 1000) <= most) ?? steps.at(-1)!) * 1000;
  const offset = new Date(from).getTimezoneOffset() * 60_000, ticks: number[] = [];
  for (let t = Math.ceil((from - offset) / step) * step + offset; t <= to; t += step) ticks.push(t);
  return ticks;
}

/** "5 min", "6 h", "30 d" */
export function lengthWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${digits(seconds / 3600)} h`;
  return `${digits(seconds / 86_400)} d`;
}
