// Symbols of published ACUs: from their stored edits, and from the texts that those change, of which each is read and outlined once for all
// that change it. Kept by the segment that stands for the ACU.
import type { AcuId } from '../../core/bytes.ts';
import type { Edit } from '../../core/model.ts';
import { AcumenError } from '../../core/errors.ts';
import { packSymbols } from '../../core/search/symbolPage.ts';
import { type Outline, outlineOf, symbolsOf, wantsOutline } from '../../core/symbols.ts';
import type { Shelf } from './cache/cache.ts';
import * as kinds from './cache/kinds.ts';
import { Turns } from '../git/turns.ts';
import type { Moment } from './reading.ts';
import type { Workspace } from './workspace.ts';

/** Outlines held at once, and bytes of a text that one is made of: a longer text is hardly written by hand. */
const MOST_OUTLINES = 128, MOST_BYTES = 256 << 10;

export class Symbols {
  readonly #workspace: Workspace;
  readonly #kept: Shelf<readonly string[]>;
  /** by object id and path's extension: the least recently asked first */
  readonly #outlines = new Map<string, Outline | null>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#kept = workspace.reading.cache.shelf(kinds.symbols);
  }

  async page(ids: readonly AcuId[]): Promise<Uint8Array> { return packSymbols(await this.of(ids)); }

  /** In the order asked; none of an ACU that is gone. */
  async of(ids: readonly AcuId[]): Promise<readonly (readonly string[])[]> {
    const moment = await this.#workspace.moment(), { engine } = moment, turns = new Turns();
    const segments = ids.map((id) => (engine.acu(id) === undefined ? -1 : engine.segmentOf(id))), keys = segments.map((segment) => (segment < 0 ? '' : moment.key(segment)));
    const out: (readonly string[] | undefined)[] = keys.map((key) => (key === '' ? [] : this.#kept.get(key)));
    for (const [i, key] of keys.entries()) out[i] ??= await this.#kept.cold(key);
    const missing = segments.flatMap((_, i) => (out[i] === undefined ? [i] : []));
    if (missing.length === 0) return out as string[][];
    const bodies = await moment.bodies(missing.map((i) => segments[i]!));
    // so many at a time that their outlines are held together; of one with more, the first have theirs
    const wanted = bodies.map(({ edits }) => edits.filter(wantsOutline).slice(0, MOST_OUTLINES));
    for (let from = 0, to = 0; from < missing.length; from = to) {
      for (let held = 0; to < missing.length && (to === from || held + wanted[to]!.length <= MOST_OUTLINES); to++) held += wanted[to]!.length;
      await this.#outline(moment, wanted.slice(from, to).flat(), turns);
      for (let n = from; n < to; n++) {
        const began = performance.now(), names = symbolsOf(bodies[n]!.edits, (edit) => this.#outlines.get(outlineKey(edit)) ?? null);
        out[missing[n]!] = names;
        this.#kept.set(keys[missing[n]!]!, names, performance.now() - began);
        await turns.turn();
      }
      this.#shrink();
    }
    return out as string[][];
  }

  /** Reads and outlines the texts before these edits that are not at hand. */
  async #outline(moment: Moment, edits: readonly Edit[], turns: Turns): Promise<void> {
    const wanted = new Map(edits.map((edit) => [outlineKey(edit), edit]));
    for (const key of wanted.keys()) {
      const known = this.#outlines.get(key);
      if (known === undefined && !this.#outlines.has(key)) continue;
      this.#outlines.delete(key);
      this.#outlines.set(key, known ?? null);
      wanted.delete(key);
    }
    const list = [...wanted], source = this.#workspace.reading.warm(moment.reader).source((oid) => moment.stored(oid));
    if (list.length === 0) return;
    const texts = await source.load(list.map(([, edit]) => edit.before!.oid), MOST_BYTES);
    for (const [i, [key, edit]] of list.entries()) {
      const text = texts[i]!;
      // what cannot be read has no outline, and names of its lines all the same
      this.#outlines.set(key, text instanceof AcumenError ? null : outlineOf(edit.path, text));
      await turns.turn();
    }
  }

  #shrink(): void { for (const key of this.#outlines.keys()) { if (this.#outlines.size <= MOST_OUTLINES) return; this.#outlines.delete(key); } }
}

/** What a text is depends on its ending alone, and on whether it is of tests or documentation: its path. */
const outlineKey = ({ before, path }: Edit): string => `${before!.oid} ${path.slice(path.lastIndexOf('.') + 1)}`;
