// Commits carried onto the base (carry.ts), many at once, and work of other kinds in the same waves (core/waves.ts). Holds what is read
// for it, and lets go of that when it is much and nobody is using it.
import type { Oid } from '../../core/bytes.ts';
import type { Contents } from '../../core/contents.ts';
import type { Commit, RepositoryReader } from '../../core/repository.ts';
import { type Held, LACKING, settleAll } from '../../core/waves.ts';
import { ancestorsOf } from '../git/ancestors.ts';
import type { Outside } from '../git/history.ts';
import { mergeBasesWith } from '../git/mergeBases.ts';
import { Trees } from '../git/trees.ts';
import { Turns } from '../git/turns.ts';
import { type Carried, Carrier } from './carry.ts';
import type { Patched } from './patches.ts';

/**
 * Segments that are worked on together, and how many such groups at once: one is computed while git reads for the others. Every wave wakes
 * git, which costs us a hundred microseconds, and no group waits for a whole one: what git reads is worked on in parts. So groups are large.
 */
const GROUP = { least: 128, most: 256, share: 1 / 6 } as const;
const GROUPS = 2;

export interface Ground {
  readonly reader: RepositoryReader;
  readonly base: Commit;
  readonly contents: Contents;
  readonly grounds: Patched['grounds'];
}

/** `report`: how many are done. */
export interface Under { readonly report: (done: number) => void; readonly signal: AbortSignal }

export class Carrying implements Held {
  readonly base: Commit;
  readonly contents: Contents;
  readonly trees: Trees;
  readonly carrier: Carrier;
  readonly #reader: RepositoryReader;
  readonly #grounds: Patched['grounds'];

  constructor({ reader, base, contents, grounds }: Ground) {
    this.base = base;
    this.contents = contents;
    this.trees = new Trees(reader);
    this.carrier = new Carrier(this.trees, contents, base);
    this.#reader = reader;
    this.#grounds = grounds;
  }

  async load(): Promise<void> {
    await Promise.all([this.trees.load(), this.contents.load()]);
  }

  /**
   * What each of these commits makes of the base. `outside`: of at least these. `then`: what else is to be done while their texts are here.
   * `of`: the tips whose segments they are in, where they are not those themselves; what one was made on, all of it was.
   */
  async carry(tips: readonly Commit[], outside: Outside | undefined, then: (i: number, carried: Carried) => void, { report, signal }: Under, of: readonly Oid[] = tips.map((t) => t.oid)): Promise<Carried[]> {
    const bases = await mergeBasesWith(this.#reader, this.base.oid, tips.map((t) => t.oid), outside);
    tips.forEach(({ oid }, i) => { const ground = this.#grounds.get(of[i]!); if (ground !== undefined) bases.set(oid, [ground]); });
    const ancestors = await ancestorsOf(this.#reader, this.base.oid, bases, signal);
    const oids = [...new Set([...bases.values()].flat())];
    const found = await this.#reader.commits(oids);
    const commitOf = new Map(oids.map((oid, i) => [oid, found[i]!]));
    const basesOf = tips.map((t) => (bases.get(t.oid) ?? []).map((oid: Oid) => commitOf.get(oid)!));
    const carried: Carried[] = [];
    await this.inWaves(tips.map((_, i) => i), (i) => this.carrier.isReady(tips[i]!, basesOf[i]!), (i) => {
      then(i, carried[i] ??= this.carrier.carry(tips[i]!, basesOf[i]!, ancestors.get(tips[i]!.oid)));
    }, { report, signal });
    return carried;
  }

  /**
   * Work on many segments, some dozens at a time and several such groups at once: while one waits for its wave, and git reads for it,
   * another is computed. Nothing is worked on before what it is known to need is here. What is held of trees is let go of when it is
   * much and nobody is using it.
   */
  async inWaves(segments: readonly number[], isReady: (segment: number) => boolean, work: (segment: number) => void, { report, signal }: Under): Promise<void> {
    const size = Math.min(GROUP.most, Math.max(GROUP.least, Math.ceil(segments.length * GROUP.share)));
    let next = 0, done = 0, failed = false;
    const turns = new Turns();
    const held: Held = {
      load: async () => {
        if (failed) throw LACKING;
        signal.throwIfAborted();
        report(done);
        await this.load();
        await turns.turn();
      },
    };
    const group = async (): Promise<void> => {
      while (next < segments.length && !this.trees.isFull && !this.contents.isFull) {
        signal.throwIfAborted();
        const taken = segments.slice(next, next += size);
        for (let waiting = taken.filter((i) => !isReady(i)); waiting.length > 0; waiting = waiting.filter((i) => !isReady(i))) await held.load();
        await settleAll(held, taken, work);
        done += taken.length;
        await turns.turn();
      }
    };
    while (next < segments.length) {
      await Promise.all(Array.from({ length: GROUPS }, () => group().catch((error: unknown) => { failed = true; throw error; })));
      this.trees.trim();
      this.contents.release();
    }
    report(done);
  }
}
