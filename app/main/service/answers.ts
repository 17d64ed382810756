// Answers that depend on nothing but what is published: may these be composed, a page of the list. Clients that ask the same get the same
// answer, worked out and encoded once. Kept by content for the newest engine and bounded in bytes; what takes the repository to answer is kept
// by the cache of reading.ts.
import { createHash } from 'node:crypto';
import type { AcuId } from '../../core/bytes.ts';
import type { Engine } from '../../core/engine.ts';
import type { Acu } from '../../core/model.ts';
import { encodeFrame } from '../../contract/frames.ts';
import type { ListedLine, Methods } from '../../contract/methods.ts';
import { previewConflicts } from './shown.ts';
import type { Workspace } from './workspace.ts';

/** Bytes of answers kept, as they are sent. */
const MAX_BYTES = 16 << 20;
/** Ids up to which a question is its own key; beyond, its hash. */
const SHORT = 8;

/** Answers that many get, as they are sent: encoded for the first of them. */
const encoded = new WeakMap<object, Uint8Array>();

/** The encoding of an answer that was handed out by `Answers`; undefined for any other. */
export function encodedAnswer(answer: unknown): Uint8Array | undefined {
  return typeof answer === 'object' && answer !== null ? encoded.get(answer) : undefined;
}

export class Answers {
  readonly #workspace: Workspace;
  readonly #isOn: boolean;
  #engine: Engine | null = null;
  /** the least recently asked first */
  readonly #kept = new Map<string, object>();
  #bytes = 0;
  /** what is being worked out */
  #underWay = new Map<string, Promise<object>>();
  /** so far */
  hits = 0;
  misses = 0;

  constructor(workspace: Workspace, isOn = true) {
    this.#workspace = workspace;
    this.#isOn = isOn;
  }

  /** Bytes kept now. */
  get bytes(): number { return this.#bytes; }

  /** Pairs decide, but where three or more could fail all the same: then composing does. */
  check(acus: readonly AcuId[]): Promise<Methods['check']['result']> {
    const ids = acus.length === 1 ? acus : [...new Set(acus)].sort();
    const key = ids.length <= SHORT ? ids.join('') : createHash('sha256').update(ids.join('')).digest('base64');
    return this.#shared(`check ${key}`, () => this.#check(ids));
  }

  list(from: number, limit: number): Promise<Methods['list']['result']> {
    return this.#shared(`list ${from} ${limit}`, async () => {
      const { engine } = this.#workspace;
      const { total, acus } = engine.page(from, limit);
      return { digest: engine.digest, total, acus: acus.map(line) };
    });
  }

  async #check(ids: readonly AcuId[]): Promise<Methods['check']['result']> {
    const workspace = this.#workspace, { engine } = workspace;
    const { ok, missing, conflicts } = engine.check(ids);
    const { renames, texts } = ok ? engine.looks(ids) : { renames: false, texts: false };
    if (!renames && !texts) return { ok, missing, conflicts: previewConflicts(conflicts) };
    const composed = await workspace.reading.composed(await workspace.moment(), ids);
    return 'delta' in composed ? { ok, missing, conflicts: previewConflicts(conflicts) } : { ok: false, missing: composed.missing, conflicts: previewConflicts(composed.conflicts) };
  }

  #shared<T extends object>(key: string, answer: () => Promise<T>): Promise<T> {
    if (!this.#isOn) return answer();
    const { engine } = this.#workspace;
    if (engine !== this.#engine) {
      this.#engine = engine;
      this.#kept.clear();
      this.#underWay = new Map();
      this.#bytes = 0;
    }
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.hits++;
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return Promise.resolve(kept as T);
    }
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) {
      this.hits++;
      return underWay as Promise<T>;
    }
    this.misses++;
    const all = this.#underWay, made = answer().then((value) => { if (engine === this.#engine) this.#keep(key, value); return value; });
    all.set(key, made);
    const over = (): void => { all.delete(key); };
    made.then(over, over);
    return made;
  }

  #keep(key: string, made: object): void {
    const bytes = encodeFrame(made);
    if (bytes.length > MAX_BYTES >> 3) return;
    encoded.set(made, bytes);
    this.#kept.set(key, made);
    this.#bytes += bytes.length + 2 * key.length;
    for (const [oldest, value] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= encoded.get(value)!.length + 2 * oldest.length;
    }
  }
}

function line({ id, name, sources, author, time, paths, added, deleted, requires, standing }: Acu): ListedLine {
  return { id, name, sources, author, time, files: paths.length, added, deleted, requires, standing };
}
