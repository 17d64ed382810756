// Danger: a limit that is documented and not kept, or kept and not documented. docs/LIMITS.md is the one place; code is compared with it.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at } from './steps.ts';

const rows = [...readFileSync(at('docs/LIMITS.md'), 'utf8').matchAll(/`((?:app|testkit)\/[\w./-]+\.ts)`: `([A-Z_]+) = ([^`]+)`/g)].map(([, file, name, value]) => ({ file: file!, name: name!, value: value! }));
const values = (source: string, name: string): string[] => [...source.matchAll(new RegExp(`\\b${name}\\b(?:: [^=,;]+)? = ([^,;\\n]+)[,;]`, 'g'))].map(([, value]) => value!.trim());

/** Bounds on how we work, not on what is given to us: nobody meets them. */
const OURS = new Set(['app/core/largest/adjacent.ts MOST_BITS', 'app/core/largest/solving.ts MOST_HELD', 'MOST_WAVES', 'MOST_GONE', 'MOST_MOVED', 'MOST_GROWN', 'MOST_THREADS', 'MOST_PACKED', 'MOST_TOGETHER', 'MOST_PACK_BYTES', 'MOST_OUTPUT', 'MOST_OPEN_PACKS',
  'MOST_LOOKS', 'MOST_EXPANSION', 'MOST_ENTRIES', 'MAX_SIMILARITY', 'MAX_ATTEMPTS', 'MAX_PAUSE', 'MAX_STORED_CONFLICTS', 'MAX_STORED_REPLICA',
  'app/main/service/engines.ts MOST_CHANGES', 'app/main/service/answers.ts MAX_BYTES', 'app/main/service/composing.ts MAX_NOTED', 'app/main/service/reading.ts MOST_NAMED', 'app/core/weave/splice.ts MOST_NAMED',
  'app/main/service/monitor/system.ts MOST_MISSED', 'app/main/service/live/live.ts MOST_READY', 'app/main/service/cache/predictor.ts MOST_CONTEXTS', 'app/main/service/cache/prefetch.ts MOST_AT_ONCE']);

describe('docs/LIMITS.md', () => {
  test.each(rows)('$name of $file is $value', ({ file, name, value }) => {
    expect(values(readFileSync(at(file), 'utf8'), name)).toEqual([value]);
  });

  test('has a row for every limit on what is given to the engine, the service and the readers', () => {
    const told = new Set(rows.map(({ file, name }) => `${file} ${name}`));
    const lacking = globSync('app/{core,main/service,main/git}/**/*.ts', { cwd: at('.') }).filter((file) => !file.endsWith('.test.ts')).flatMap((file) => {
      const source = readFileSync(at(file), 'utf8');
      return [...source.matchAll(/(?:const |, )((?:MOST|MAX)_[A-Z_]+)(?:: [^=,;]+)? = /g)].map(([, name]) => name!).filter((name) => !OURS.has(name) && !OURS.has(`${file} ${name}`) && !told.has(`${file} ${name}`)).map((name) => `${file}: ${name}`);
    });
    expect(lacking, 'a row in docs/LIMITS.md: what, limit, what happens beyond it, how it is shown').toEqual([]);
  });
});
