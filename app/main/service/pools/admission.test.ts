// Dangers: one client that runs wild keeps the others from being answered; a limit that lets in more than it says, or in the end nobody;
// a refusal that does not say what to do.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AcumenError } from '../../../core/errors.ts';
import { Admission, LIMITS } from './admission.ts';

const limits = { rate: 1000, burst: 10, ofOne: 4, ofAll: 9 };

type Step = { readonly do: 'ask' | 'answer'; readonly client: number } | { readonly do: 'pass'; readonly ms: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('ask' as const, 'ask' as const, 'answer' as const), client: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 0.5, 1, 3, 100) }) },
);

test('who is let in is who a slow account of every token and request lets in', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
    let now = 0;
    const admission = new Admission({ now: () => now, limits }), clients = Array.from({ length: 4 }, () => admission.client());
    const open = clients.map((): (() => void)[] => []);
    // the account: since each client's first moment, what it was given and took, in one go for every request
    const taken = clients.map((): number[] => []);
    const tokens = (client: number): number => {
      let left = limits.burst, last = 0;
      for (const at of taken[client]!) { left = Math.min(limits.burst, left + (at - last) * limits.rate / 1000) - 1; last = at; }
      return Math.min(limits.burst, left + (now - last) * limits.rate / 1000);
    };
    for (const one of steps) {
      if (one.do === 'pass') { now += one.ms; continue; }
      if (one.do === 'answer') { const done = open[one.client]!.shift(); done?.(); done?.(); continue; }
      const mine = open[one.client]!.length, all = open.reduce((sum, list) => sum + list.length, 0);
      const wanted = mine >= limits.ofOne ? /too many requests under way/ : all >= limits.ofAll ? /more to do/ : tokens(one.client) < 1 - 1e-9 ? /asks faster/ : null;
      let refused: unknown = null;
      try { open[one.client]!.push(clients[one.client]!.admit()); taken[one.client]!.push(now); } catch (error) { refused = error; }
      if (wanted === null) expect(refused).toBeNull();
      else {
        expect(refused).toBeInstanceOf(AcumenError);
        expect(refused).toMatchObject({ code: 'overloaded', message: expect.stringMatching(wanted) as string, data: { retryAfterMs: expect.any(Number) as number } });
      }
      expect(admission.underWay).toBe(open.reduce((sum, list) => sum + list.length, 0));
    }
  }));
});

test('after the wait that a refusal names, the client is let in', () => {
  let now = 0;
  const admission = new Admission({ now: () => now, limits: { ...limits, ofOne: 1000, ofAll: 1000 } }), client = admission.client(), other = admission.client();
  for (let i = 0; i < limits.burst; i++) client.admit()();
  let wait = 0;
  try { client.admit(); } catch (error) { wait = (error as AcumenError).data['retryAfterMs'] as number; }
  expect(wait).toBeGreaterThan(0);
  other.admit()();
  now += wait;
  client.admit()();
  expect(() => client.admit()).toThrow('asks faster');
});

test('what is turned down by a controller stays above what a person needs, and comes back', () => {
  const admission = new Admission(), [rate, pending] = admission.knobs();
  rate!.set(0);
  pending!.set(-5);
  expect([rate!.value(), pending!.value()]).toEqual([rate!.min, pending!.min]);
  expect(rate!.min).toBeGreaterThan(0);
  rate!.set(1e9);
  pending!.set(1e9);
  expect([rate!.value(), pending!.value()]).toEqual([LIMITS.rate, LIMITS.ofAll]);
});
