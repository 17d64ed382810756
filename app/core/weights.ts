// What an ACU is worth in the largest composition: by rule, or as a person says by name. Knows nothing of which ACUs go together.
import type { AcuId } from './bytes.ts';
import type { Engine } from './engine.ts';
import { AcumenError } from './errors.ts';
import type { Acu } from './model.ts';
import { visible } from './visible.ts';

export const weightRules = ['unit', 'lines', 'age'] as const;
/**
 * `unit`: each as much as any other. `lines`: lines added and deleted, at least 1. `age`: the newest counts 1, others half as much for each
 * `HALF_LIFE_DAYS` that they are older.
 */
export type WeightRule = typeof weightRules[number];
/** Those that are named, each once; all others weigh `UNNAMED`. */
export interface Named { readonly named: readonly { readonly acu: AcuId; readonly weight: number }[] }
export type Weighing = WeightRule | Named;

const UNNAMED = 1;
/** As long as what somebody knows of a file takes to be worth half (core/collaboration/model.ts). */
export const HALF_LIFE_DAYS = 180;
/** Half-lives counted at most: however old, an ACU is worth something, and a date in the far future makes no other worthless. */
const HALVES = 20;
/** More than any sum of weights needs; sums of 100,000 of them are still told apart by a double. */
export const LARGEST_WEIGHT = 1e9;

/** By the engine's order of ACUs; each finite and at least 0. */
export function weightsOf(engine: Engine, by: Weighing): Float64Array {
  const { acus } = engine;
  if (typeof by !== 'string') {
    const named = new Map(by.named.map(({ acu, weight }) => [acu, weight]));
    return Float64Array.from(acus, ({ id }) => named.get(id) ?? UNNAMED);
  }
  if (by === 'unit') return new Float64Array(acus.length).fill(1);
  if (by === 'lines') return Float64Array.from(acus, ({ added, deleted }) => Math.max(1, added + deleted));
  return recency(acus);
}

function recency(acus: readonly Acu[]): Float64Array {
  let newest = -Infinity;
  for (const { time } of acus) if (time > newest) newest = time;
  return Float64Array.from(acus, ({ time }) => 2 ** -Math.min(HALVES, (newest - time) / (HALF_LIFE_DAYS * 86_400)));
}

/**
 * Weights that a person wrote: a line `X WEIGHT` for each, `#` begins a comment; or a JSON object from X to weight. X is a source's name (each of
 * its ACUs), an ACU's id or the beginning of one, and what comes later overrules. Throws `usage` and says where.
 */
export function readWeights(engine: Engine, text: string): Named {
  const named = new Map<AcuId, number>();
  for (const { x, weight, where } of /^\s*\{/.test(text) ? ofJson(text) : ofLines(text)) {
    if (!(weight >= 0 && weight <= LARGEST_WEIGHT)) throw wrong(where, `${visible(x, 80)} has no weight that can be used.`, `A weight is a number from 0 to ${LARGEST_WEIGHT.toLocaleString('en')}.`);
    try {
      for (const acu of engine.named(x)) named.set(acu, weight);
    } catch (error) {
      if (error instanceof AcumenError) throw wrong(where, error.message, error.hint);
      throw error;
    }
  }
  return { named: Array.from(named, ([acu, weight]) => ({ acu, weight })) };
}

interface Line { readonly x: string; readonly weight: number; readonly where: string }

function* ofLines(text: string): Iterable<Line> {
  for (const [i, whole] of text.split('\n').entries()) {
    const line = whole.replace(/(^|\s)#.*/, '').trim(), where = `line ${i + 1}`;
    if (line === '') continue;
    // names of patch files may have spaces in them
    const cut = line.search(/\s+\S+$/);
    if (cut < 0) throw wrong(where, `"${visible(line, 80)}" is no name with a weight.`, 'Write a name, a space and a number.');
    yield { x: line.slice(0, cut), weight: numberIn(line.slice(cut).trim()), where };
  }
}

/** NaN where it is none; Number() takes an empty text, hexadecimals and "Infinity" for numbers as well. */
function numberIn(text: string): number { return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN; }

function* ofJson(text: string): Iterable<Line> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong('the JSON', `it cannot be read: ${visible(error instanceof Error ? error.message : String(error), 200)}`, 'Write {"NAME": WEIGHT, …}, or a line for each name.');
  }
  for (const [x, weight] of Object.entries(value as object)) yield { x, weight: typeof weight === 'number' ? weight : NaN, where: `"${visible(x, 80)}"` };
}

function wrong(where: string, sentence: string, hint: string): AcumenError {
  return new AcumenError('usage', `The weights are wrong at ${where}: ${sentence}`, hint, { where });
}
