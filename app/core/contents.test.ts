// Danger: texts that come in parts, some late, some as errors, and one text stands for another; or all of them at once in memory.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from './bytes.ts';
import { type Answers, Contents } from './contents.ts';
import { AcumenError } from './errors.ts';
import { settle } from './waves.ts';

const oidOf = (n: number): Oid => String(n).padStart(40, '0') as Oid;

/** Versions of few files, binary ones and unreadable ones among them. */
const textOf = (n: number): Uint8Array | AcumenError => {
  if (n % 31 === 5) return new AcumenError('missing-object', `${n}`, '');
  if (n % 17 === 3) return Uint8Array.of(0, n);
  return new TextEncoder().encode(Array.from({ length: n % 13 }, (_, line) => `${(line * n) % 7}\n`).join(''));
};

/** As far as it can be seen from outside. */
function seen(contents: Contents, n: number): unknown {
  try {
    const text = contents.text(oidOf(n));
    return text === null ? 'binary' : Buffer.from(contents.interner.join(text)).toString();
  } catch (error) {
    if (error instanceof AcumenError) return error.message;
    throw error;
  }
}

/** Answers each part after so many turns of the event loop as `delays` say. */
function source(delays: readonly number[], load = (oids: readonly Oid[]): Answers<Uint8Array> => oids.map((oid) => textOf(Number(oid)))) {
  const met = { most: 0, coming: 0, mostComing: 0, parts: 0 };
  return {
    met,
    async load(oids: readonly Oid[]): Promise<Answers<Uint8Array>> {
      met.most = Math.max(met.most, oids.length);
      met.coming += oids.length;
      met.mostComing = Math.max(met.mostComing, met.coming);
      for (let n = delays[met.parts++ % delays.length]!; n > 0; n--) await new Promise((resolve) => setImmediate(resolve));
      met.coming -= oids.length;
      return load(oids);
    },
    sizes: async () => [], hash: () => oidOf(0),
  };
}

test('texts that come in parts are those that are read one by one', async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 1_200, size: 'max' }), fc.array(fc.nat(5), { minLength: 1, maxLength: 9 }), async (wanted, delays) => {
    const from = source(delays), contents = new Contents(from);
    await settle(contents, () => contents.needTexts(wanted.map(oidOf)));
    const alone: unknown[] = [];
    for (const n of wanted) {
      const one = new Contents(source([0]));
      await settle(one, () => one.needTexts([oidOf(n)]));
      alone.push(seen(one, n));
    }
    expect(wanted.map((n) => seen(contents, n))).toEqual(alone);
    expect([from.met.most <= 64, from.met.mostComing <= 512]).toEqual([true, true]);
  }), { numRuns: 25 });
});

test('where parts fail the wave fails, all of them are heard, and the same is asked again', async () => {
  let failing = true;
  const from = source([3, 0, 7, 1], (oids) => {
    if (failing && oids.some((oid) => Number(oid) >= 100)) throw new Error('gone');
    return oids.map((oid) => textOf(Number(oid)));
  });
  const contents = new Contents(from), wanted = Array.from({ length: 700 }, (_, n) => oidOf(n + 1));
  contents.hasTexts(wanted);
  await expect(contents.load()).rejects.toThrow('gone');
  // a failure that nobody hears ends the run
  await new Promise((resolve) => setTimeout(resolve, 20));
  failing = false;
  await settle(contents, () => contents.needTexts(wanted));
  expect(seen(contents, 100)).toBe(Buffer.from(textOf(100) as Uint8Array).toString());
});
