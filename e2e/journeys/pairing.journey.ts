// Danger: parallel ≠ serial in the engine people use. The built replica pairs in built Web Workers of its own, under the page's policy, and
// must come to the graph that one sweep in Node comes to (law 7); a part swept alone comes back in whatever order.
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { Engine } from '../../app/core/engine.ts';
import { Replica } from '../../app/workers/replica.ts';
import { generate } from '../../testkit/generate.ts';
import type { Generated } from '../../testkit/generate.ts';
import { load } from '../../testkit/loaded.ts';
import { test } from '../door.ts';
import { opened, page, session, shared } from '../opened.ts';

let made: Generated;
opened(async () => {
  made = shared(await generate({ seed: 31, sources: 80, mix: 'team' }));
  return {};
}, { waits: false, ms: 600_000 });

const built = (name: string): string => {
  const found = readdirSync(new URL('../../dist/renderer/assets', import.meta.url)).filter((file) => file.startsWith(`${name}.worker-`) && file.endsWith('.js'));
  expect(found, `one built ${name} worker`).toHaveLength(1);
  return `assets/${found[0]}`;
};

test('Web Workers, 1, 2 and 8 of them, find what one sweep in Node finds', async () => {
  const loaded = await load(made.dir);
  const bytes = loaded.engine.encode(), engine = Engine.decode(bytes);
  await loaded.close();
  const here = new Replica();
  here.load(1, engine.digest, bytes);
  const wanted = here.graph();
  expect(wanted.a.length).toBeGreaterThan(50);
  for (const workers of [1, 2, 8]) {
    const found = await page.evaluate(async ({ tables, digest, replica, pairing, workers: count }) => {
      const absolute = (name: string): string => new URL(name, document.baseURI).href;
      const worker = new Worker(absolute(replica), { type: 'module' });
      // comlink's own messages: the page's client of this worker is bundled, and not ours to reach
      let last = 0;
      const call = (method: string, ...values: readonly unknown[]): Promise<unknown> => new Promise((resolve, reject) => {
        const id = `call ${last++}`;
        worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
        worker.addEventListener('message', ({ data }) => {
          if (data.id !== id) return;
          if (data.type === 'HANDLER') reject(new Error(JSON.stringify(data.value))); else resolve(data.value);
        });
        worker.postMessage({ id, type: 'APPLY', path: [method], argumentList: values.map((value) => ({ type: 'RAW', value })) });
      });
      try {
        await call('load', 1, digest, Uint8Array.from(atob(tables), (c) => c.charCodeAt(0)));
        const parts = await call('pairAhead', absolute(pairing), count, 0) as number;
        const { a, b, verdict } = await call('graph') as { a: Int32Array; b: Int32Array; verdict: Uint8Array };
        return { parts, a: [...a], b: [...b], verdict: [...verdict] };
      } finally {
        worker.terminate();
      }
    }, { tables: Buffer.from(bytes).toString('base64'), digest: engine.digest, replica: built('replica'), pairing: built('pairing'), workers });
    expect(found.parts, `${workers} workers had parts`).toBeGreaterThanOrEqual(workers);
    expect(found.a).toEqual([...wanted.a]);
    expect(found.b).toEqual([...wanted.b]);
    expect(found.verdict).toEqual([...wanted.verdict]);
  }
  expect(session.complaints).toEqual([]);
});
