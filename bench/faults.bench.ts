// Planted faults are found, and quiet days are quiet (issue D, bar 6), on a virtual clock through the real monitor and alerts. Quiet data: the recorded
// hour of the real service (testkit/quiet/steady.br; another by ACUMEN_QUIET_HOUR), block-resampled; the
// baseline is that hour as it was. The peer is what is usually done: the mean of
// the minute against the baseline's mean and three standard deviations of its minutes, on the same windows.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantileOfTail } from '../app/core/analysis/normal.ts';
import { ACCEPTED, type Baseline, FEWEST, LEAST_SECONDS, type Profiles, baselineOf, judge, profileOf, shift } from '../app/core/analysis/regression.ts';
import { SlidingTimes } from '../app/core/analysis/sliding.ts';
import { Histogram } from '../app/core/histogram.ts';
import { Random } from '../testkit/random.ts';
import { type Asked, COMMIT, REFERENCE, type Second, isSeries, quietHour, resampled, slower, unpack, workOf } from '../testkit/quiet/recording.ts';
import { calm, run, slowdown, spike } from '../testkit/quiet/trials.ts';
import { Watched } from '../testkit/quiet/watched.ts';
import type { Benchmark, Row } from './report.ts';

const HOURS = Number(process.env['ACUMEN_BENCH_HOURS'] ?? 24);
const TRIALS = Number(process.env['ACUMEN_BENCH_TRIALS'] ?? 20);
const START = 1_750_000_000_000;
const SLOWER = 1.2;

const recording = (): Second[] => {
  const file = process.env['ACUMEN_QUIET_HOUR'];
  return file === undefined ? quietHour('steady') : unpack(readFileSync(file));
};
const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** Looks of an hour that are worth one of their own (regression.ts), and how often a slowdown is to be found. */
const LOOKS = 180, POWER = 0.8;
/** Requests of one draw, and draws, that the scatter of a minute is read from. */
const DRAWN = 240, DRAWS = 200;

/**
 * How many of these a minute must have for 20 % of them to be told within it four times in five, where nothing but chance scatters their work: from the shifts of
 * so many drawn at random, which scatter as the root of their number.
 */
function needed(asked: readonly Asked[], series: number): number {
  const times = asked.map(workOf), effect = median(asked.map(([name, us, waited]) => Math.log(workOf([name, SLOWER * us, waited]) / workOf([name, us, waited]))));
  const random = new Random(9), profile = (values: Iterable<number>): Float64Array => {
    const histogram = new Histogram();
    for (const us of values) histogram.record(us / 1e6);
    return profileOf(histogram)!;
  };
  const whole = profile(times);
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) squares += shift(whole, profile(Array.from({ length: DRAWN }, () => random.pick(times)))) ** 2;
  const deviations = (quantileOfTail(ACCEPTED / LOOKS / series) + quantileOfTail(1 - POWER)) / effect;
  return Math.max(FEWEST, Math.ceil(DRAWN * squares / DRAWS * deviations ** 2));
}

async function watched<T>(action: (watched: Watched) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-faults-'));
  const one = new Watched(join(folder, 'store.acumen'), START);
  try {
    return await action(one);
  } finally {
    await one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Windows as the watcher sees them, a look every five seconds, without the rest of it: for many thresholds at once. */
interface Look { readonly profiles: Profiles; readonly means: ReadonlyMap<string, number> }
class Windows {
  readonly #sliding = new Map<string, SlidingTimes>();
  constructor(names: readonly string[]) { for (const name of names) this.#sliding.set(name, new SlidingTimes(60)); }
  push(second: Second): void {
    for (const [name, sliding] of this.#sliding) {
      const times = new Histogram();
      for (const asked of second.requests) if (asked[0] === name) times.record(workOf(asked) / 1e6);
      sliding.push(times);
    }
  }
  look(): Look {
    const profiles = new Map<string, Float64Array>(), means = new Map<string, number>();
    for (const [name, { times }] of this.#sliding) {
      const profile = profileOf(times);
      if (profile === null) continue;
      profiles.set(name.startsWith(REFERENCE) ? `acumen_reference_seconds ${name}` : name, profile);
      means.set(name, times.sum / times.count);
    }
    return { profiles, means };
  }
}

interface Peer { readonly mean: number; readonly deviation: number }
const peerOf = (minutes: readonly Look[], name: string): Peer => {
  const values = minutes.flatMap(({ means }) => means.get(name) ?? []), mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
};

/** One point for each threshold: false alarms an hour over `hours`, and the share of planted slowdowns found within a minute. */
function curve(seconds: readonly Second[], operations: readonly string[], hours: number): { readonly ours: readonly string[]; readonly peer: { readonly found: number; readonly falsePerHour: number } } {
  const day = resampled(seconds, 7), random = new Random(8), names = [...new Set([...operations, ...seconds.flatMap(({ requests }) => requests.flatMap(([name]) => (isSeries(name) && name !== COMMIT ? [name] : [])))])];
  const next = (): Second => day.next().value as Second;
  const minutes: Look[] = [], training = new Windows(names);
  for (const [i, second] of seconds.entries()) {
    training.push(second);
    if (i >= 59 && i % 20 === 19) minutes.push(training.look());
  }
  const baseline: Baseline = baselineOf(minutes.map(({ profiles }) => profiles), 3);
  const peers = new Map(operations.map((name) => [name, peerOf(minutes, name)]));
  const rates = [0.001, 0.01, 0.1, 1, 10, 100];
  const alarms = rates.map(() => 0), found = rates.map(() => 0);
  let peerAlarms = 0, peerFound = 0;
  /** who is raised at each threshold until when, so that one alarm is one */
  const raised = rates.map(() => new Map<string, number>()), peerRaised = new Map<string, number>();
  const isLate = (look: Look, name: string): boolean => { const { mean, deviation } = peers.get(name)!; return (look.means.get(name) ?? 0) > mean + 3 * deviation; };
  const quiet = new Windows(names);
  for (let i = 1; i <= hours * 3600; i++) {
    quiet.push(next());
    if (i < 60 || i % 5 !== 0) continue;
    const look = quiet.look();
    rates.forEach((falsePerHour, r) => {
      for (const { name } of judge(baseline, look.profiles, { falsePerHour }).filter(({ isRegression }) => isRegression)) {
        if (!((raised[r]!.get(name) ?? -1) >= i)) alarms[r]!++;
        raised[r]!.set(name, i + 30);
      }
    });
    for (const name of operations) {
      if (!isLate(look, name)) continue;
      if (!((peerRaised.get(name) ?? -1) >= i)) peerAlarms++;
      peerRaised.set(name, i + 30);
    }
  }
  let trials = 0;
  for (const operation of operations) {
    for (let t = 0; t < TRIALS; t++, trials++) {
      const windows = new Windows(names);
      for (let i = random.below(300); i >= 0; i--) next();
      for (let i = 0; i < 60; i++) windows.push(next());
      const told = rates.map(() => false);
      let peerTold = false;
      for (let i = 1; i <= 60; i++) {
        windows.push(slower(next(), operation, SLOWER));
        if (i % 5 !== 0) continue;
        const look = windows.look();
        rates.forEach((falsePerHour, r) => { told[r] ||= judge(baseline, look.profiles, { falsePerHour }).some(({ name, isRegression }) => name === operation && isRegression); });
        peerTold ||= isLate(look, operation);
      }
      told.forEach((is, r) => { if (is) found[r]!++; });
      if (peerTold) peerFound++;
    }
  }
  return {
    ours: rates.map((rate, r) => `accepted ${rate}/h: false alarms ${(alarms[r]! / hours).toFixed(2)}/h, found ${percent(found[r]! / trials)}`),
    peer: { found: peerFound / trials, falsePerHour: peerAlarms / hours },
  };
}

const benchmark: Benchmark = {
  what: `Planted faults on ${HOURS} h of quiet data, resampled in blocks of five minutes from a recorded hour of the real service: a slowdown of 20 % in one operation, a leak, spikes`,
  async run() {
    const seconds = recording();
    const rate = new Map<string, number>();
    for (const { requests } of seconds) for (const [name] of requests) rate.set(name, (rate.get(name) ?? 0) + 60 / seconds.length);
    const operations = [...rate.keys()].filter((name) => !isSeries(name)).sort();
    const typical = new Map(operations.map((name) => [name, median(seconds.flatMap(({ requests }) => requests.flatMap(([other, us]) => (other === name ? [us] : []))))]));
    const needs = new Map(operations.map((name) => [name, needed(seconds.flatMap(({ requests }) => requests.filter(([other]) => other === name)), operations.length)]));
    const often = operations.filter((name) => rate.get(name)! >= needs.get(name)! && typical.get(name)! * (SLOWER - 1) >= LEAST_SECONDS * 1e6);
    const rows: Row[] = [];
    const told = (names: readonly string[]): string => names.map((name) => `${name} (${rate.get(name)!.toFixed(0)}/min of ${needs.get(name)} needed, ${typical.get(name)} µs)`).join(', ');
    say(`recorded: ${seconds.length} s; asked often enough for 20 % of it, ${LEAST_SECONDS * 1e6} µs or more, to be told of a minute: ${told(often)}; the rest: ${told(operations.filter((name) => !often.includes(name)))}`);

    await watched(async (one) => {
      const day = resampled(seconds, 1);
      run(one, seconds.values(), seconds.length);
      one.alerts.changeBaselines({ save: 'quiet', drop: null });
      one.events.length = 0;
      let spent = process.cpuUsage();
      run(one, day, HOURS * 3600);
      spent = process.cpuUsage(spent);
      const count = (is: (event: (typeof one.events)[number]['event']) => boolean): number => one.events.filter(({ event }) => is(event)).length;
      const regressions = count(({ kind }) => kind === 'regression'), anomalies = count(({ kind }) => kind === 'anomaly');
      const forecasts = count((event) => event.kind === 'alert' && event.state === 'raised' && event.severity === 'notice' && event.id.startsWith('forecast/'));
      const strange = Map.groupBy(one.events.flatMap(({ event }) => (event.kind === 'anomaly' ? [event] : [])), ({ metric, reason }) => `${metric}${reason.startsWith('Since') ? ' (level)' : ''}`);
      for (const [metric, events] of strange) say(`false anomalies of ${metric}: ${events.length}`);
      for (const { at, event } of one.events) if (event.kind === 'regression') say(`false alarm in hour ${((at - START) / 3.6e6).toFixed(1)}: ${event.reason}`);
      rows.push(
        { metric: 'false_alarms_per_hour', value: regressions / HOURS, unit: '/h' },
        { metric: 'false_anomalies_per_hour', value: anomalies / HOURS, unit: '/h' },
        { metric: 'false_forecasts_per_hour', value: forecasts / HOURS, unit: '/h' },
        { metric: 'watched_cpu_ms_per_s', value: (spent.user + spent.system) / 1000 / (HOURS * 3600), unit: 'ms' },
      );
    });

    await watched(async (one) => {
      const day = resampled(seconds, 2), random = new Random(3);
      run(one, seconds.values(), seconds.length);
      one.alerts.changeBaselines({ save: 'quiet', drop: null });
      const after: number[] = [];
      let found = 0, asked = 0;
      for (const operation of operations) {
        let here = 0;
        const trials = often.includes(operation) ? TRIALS : Math.ceil(TRIALS / 4);
        for (let t = 0; t < trials; t++) {
          calm(one, day, random);
          const seen = slowdown(one, day, operation, SLOWER);
          if (seen !== null) here++;
          if (!often.includes(operation)) continue;
          asked++;
          if (seen !== null) { found++; after.push(seen); }
        }
        say(`${operation} 20 % slower: found within a minute in ${here} of ${trials}`);
      }
      rows.push({ metric: 'slowdowns_found', value: found / asked, unit: 'share' }, { metric: 'slowdown_found_after_s', value: median(after), unit: 's' });
    });

    await watched(async (one) => {
      const day = resampled(seconds, 4), random = new Random(5);
      run(one, day, 3600);
      let marked = 0;
      for (let t = 0; t < TRIALS; t++) {
        // more than an hour between two of one operation: a second one as large within the hour is not strange any more
        run(one, day, Math.ceil(3900 / often.length) + random.below(60));
        if (spike(one, day, often[t % often.length]!, 20, 10) !== null) marked++;
      }
      rows.push({ metric: 'spikes_marked', value: marked / TRIALS, unit: 'share' });
    });

    await watched(async (one) => {
      const day = resampled(seconds, 6);
      run(one, day, 1800);
      const from = one.now, limit = one.report().memory!.limit, perHour = 2 ** 30;
      const leaks = (second: Second, i: number): Second => ({ ...second, heapUsed: second.heapUsed + i / 3600 * perHour });
      const isTold = (): boolean => one.events.some(({ event }) => event.kind === 'alert' && event.id === 'forecast/memory' && event.state === 'raised');
      const after = run(one, day, 7200, leaks, isTold);
      const full = from + (limit - 40 * 2 ** 20) / perHour * 3.6e6, { reaches, earliest, latest } = one.report().forecasts.find(({ id }) => id === 'forecast/memory')!;
      say(`a leak of 1 GiB an hour: told after ${(after / 60).toFixed(0)} minutes, ${((full - one.now) / 3.6e6).toFixed(1)} h before the limit; forecast ${((reaches ?? Number.NaN) - full) / 60_000 | 0} minutes off, between ${((earliest ?? Number.NaN) - full) / 60_000 | 0} and ${((latest ?? Number.NaN) - full) / 60_000 | 0}`);
      rows.push({ metric: 'leak_told_after_s', value: isTold() ? after : Number.NaN, unit: 's' }, { metric: 'leak_told_before_limit_h', value: (full - one.now) / 3.6e6, unit: 'h' });
    });

    const { ours, peer } = curve(seconds, often, Math.min(HOURS, 6));
    for (const line of ours) say(line);
    say(`peer, mean and three deviations: false alarms ${peer.falsePerHour.toFixed(2)}/h, found ${percent(peer.found)}`);
    return rows.map((row) => {
      if (row.metric === 'false_alarms_per_hour') return { ...row, peer: 'mean + 3σ', peerValue: peer.falsePerHour };
      if (row.metric === 'slowdowns_found') return { ...row, peer: 'mean + 3σ', peerValue: peer.found };
      return row;
    });
  },
};
export default benchmark;
