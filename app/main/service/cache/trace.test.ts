// The danger: a trace that says other costs than what is computed takes, by which all that is decided on it is decided wrongly.
import { expect, test } from 'vitest';
import { type Kind, LayeredCache } from './cache.ts';
import { Recorder } from './trace.ts';

const bytes = (name: string): Kind<Uint8Array> => ({ name, sizeOf: (one) => one.length });

test('a computation costs what it takes with all that it asks at hand; asking again adds nothing to what was asked', async () => {
  let now = 0;
  const recorder = new Recorder('test', () => now), cache = new LayeredCache({ now: () => now, recorder }), size = cache.shelf(bytes('size'));
  const content = cache.shelf(bytes('content')), patch = cache.shelf(bytes('patch')), composed = cache.shelf(bytes('composed'));
  const compose = (): Promise<Uint8Array> => composed.compute('set', async () => {
    if (content.get('one') === undefined) { now += 7; content.set('one', new Uint8Array(10), 7); now += 20; }
    if (!patch.has('one')) { now += 2; patch.derive('one', new Uint8Array(5), 2); }
    patch.get('one');
    now += 3;
    return new Uint8Array(4);
  });
  recorder.request(0, 'preview', 'preview');
  size.get('one');
  await compose();
  const { nodes, requests } = recorder.trace, costs = (): Record<string, number> => Object.fromEntries(nodes.map(({ kind, cost }) => [kind, cost]));
  const { does } = requests[0]!, { deps } = nodes.find(({ kind }) => kind === 'composed')!;
  expect(costs()).toEqual({ size: -1, content: 7000, patch: 2000, composed: 23_000 });
  await recorder.again(async (gone) => { cache.clear(gone); await compose(); });
  expect(costs()).toEqual({ size: -1, content: 7000, patch: 2000, composed: 3000 });
  expect(requests.map((request) => request.does)).toEqual([does]);
  expect(nodes.find(({ kind }) => kind === 'composed')!.deps).toEqual(deps);
  expect(deps.map((n) => nodes[n]!.kind)).toEqual(['content', 'patch']);
  // sizes are asked for where the content itself is not at hand
  expect(nodes.map(({ kind, unless }) => [kind, unless === undefined ? null : nodes[unless]!.kind])).toEqual([['size', 'content'], ['content', null], ['composed', null], ['patch', null]]);
});
