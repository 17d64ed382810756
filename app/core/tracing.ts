// Which ACU brought each line of a composed text, and which took out each line of the base (docs/decisions/0058). The texts of one path in
// all segments of a set are woven; where that gives the composed text, the weave says it. Where composing went another way (git's chain of
// merges, a text decided by hand) lines are followed by content, from each top's text into the composed one, and what is found in none of
// them is nobody's.
import type { Oid } from './bytes.ts';
import type { Contents } from './contents.ts';
import { diffLines } from './diff/diff.ts';
import { Weave, type Trace, type Traces } from './weave/weave.ts';

/** What a segment makes of the path. `requires`: all that is below it; `oid`: null where the path is not there. */
export interface Version { readonly id: string; readonly requires: ReadonlySet<string>; readonly oid: Oid | null }

export interface LineTraces extends Traces {
  /** `woven`: by construction; `content`: by content, as described above */
  readonly how: 'woven' | 'content';
}

const EMPTY = new Uint32Array(0);
const nobody: readonly string[] = [];

/**
 * `versions`: lower ones first, ids of `requires` that are not among them touch the path not. `tops`: those above which there is none. Stops
 * as waves.ts describes where texts are lacking. Null where one of them is no text.
 */
export function traceLines(contents: Contents, base: Oid | null, after: Oid, versions: readonly Version[], tops: readonly string[]): LineTraces | null {
  contents.needTexts([base, after, ...versions.map(({ oid }) => oid)]);
  const from = contents.text(base), to = contents.text(after);
  const texts = new Map<string, Uint32Array>();
  for (const { id, oid } of versions) {
    const text = oid === null ? EMPTY : contents.text(oid);
    if (text === null) return null;
    texts.set(id, text);
  }
  if (from === null || to === null) return null;
  const weave = new Weave(from, (a, b) => contents.compareLines(a, b)), woven = new Set<string>();
  for (const { id, requires } of versions) {
    const below = new Set([...requires].filter((one) => woven.has(one))), text = texts.get(id)!, hunks = hunksOf(weave.visible(below), text);
    // what changes nothing here says only that the text below it stands, where that was in doubt
    if (hunks.length === 0 && !('conflict' in weave.composeSet(below))) continue;
    weave.add(id, below, hunks);
    woven.add(id);
  }
  const composed = weave.composeSet(woven);
  if ('lines' in composed && isSame(composed.lines, to)) return { how: 'woven', ...weave.traced(woven) };
  return { how: 'content', isExact: false, ...byContent(weave, from, to, tops.flatMap((id) => {
    const below = versions.find((version) => version.id === id);
    if (below === undefined) return [];
    return [{ text: texts.get(id)!, set: new Set([...below.requires, id].filter((one) => woven.has(one))) }];
  })) };
}

function byContent(weave: Weave, base: Uint32Array, text: Uint32Array, tops: readonly { readonly text: Uint32Array; readonly set: ReadonlySet<string> }[]): Pick<Traces, 'brought' | 'taken'> {
  const owners = new Array<Set<string> | undefined>(text.length), takers = new Array<Set<string> | undefined>(base.length);
  for (const { text: theirs, set } of tops) {
    // a top whose sides clash below it has no text of its own here
    if ('conflict' in weave.composeSet(set)) continue;
    const { brought, taken } = weave.traced(set), of = new Array<readonly string[] | undefined>(theirs.length);
    for (const { start, end, by } of brought) of.fill(by, start, end);
    kept(theirs, text, (i, k) => { for (const id of of[i] ?? nobody) (owners[k] ??= new Set()).add(id); });
    for (const { start, end, by } of taken) for (let i = start; i < end; i++) for (const id of by) (takers[i] ??= new Set()).add(id);
  }
  const stays = new Uint8Array(base.length), isBase = new Uint8Array(text.length);
  kept(base, text, (i, k) => { stays[i] = 1; isBase[k] = 1; });
  return { brought: runs(text.length, (k) => (isBase[k] === 1 ? null : owners[k])), taken: runs(base.length, (i) => (stays[i] === 1 ? null : takers[i])) };
}

/** Neighbours of one kind joined; null: not to be told of. */
function runs(length: number, of: (line: number) => ReadonlySet<string> | undefined | null): Trace[] {
  const out: { start: number; end: number; by: readonly string[]; isBack: boolean }[] = [];
  for (let at = 0; at < length; at++) {
    const found = of(at);
    if (found === null) continue;
    const by = [...found ?? nobody].sort(), last = out.at(-1);
    if (last !== undefined && last.end === at && last.by.join() === by.join()) last.end++;
    else out.push({ start: at, end: at + 1, by, isBack: false });
  }
  return out;
}

const isSame = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((line, i) => line === b[i]);

function hunksOf(a: Uint32Array, b: Uint32Array): { start: number; end: number; inserted: Uint32Array }[] {
  const script = diffLines(a, b), out: { start: number; end: number; inserted: Uint32Array }[] = [];
  for (let i = 0; i < script.length; i += 4) out.push({ start: script[i]!, end: script[i + 1]!, inserted: b.subarray(script[i + 2], script[i + 3]) });
  return out;
}

/** The lines that both have, in each. */
function kept(a: Uint32Array, b: Uint32Array, visit: (i: number, k: number) => void): void {
  const script = diffLines(a, b);
  let i = 0, k = 0;
  for (let at = 0; at <= script.length; at += 4) {
    const upTo = at < script.length ? script[at]! : a.length;
    for (; i < upTo; i++, k++) visit(i, k);
    if (at < script.length) { i = script[at + 1]!; k = script[at + 3]!; }
  }
}
