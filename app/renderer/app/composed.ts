// The composed difference of the set on screen: fetched as that set changes, ahead of a drop where one is likely, each of its files once; and when it was
// painted that a drop asked for.
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import type { Methods } from '../../contract/methods.ts';
import { chosen, chosenIn, setKey, useComposition } from '../state/composition.ts';
import { complain } from '../state/notices.ts';
import { useReplica } from '../state/replica.ts';
import { measureToPaint } from '../state/timing.ts';
import { connected, service } from './session.ts';

type ComposedFile = Methods['composedFile']['result'];

/** Files that are remembered, of whichever sets. */
const FILES = 40;

let latest = 0;
let prefetched: { readonly key: string; readonly result: Promise<Methods['preview']['result']> } | null = null;
const files = new Map<string, Promise<ComposedFile>>();
/** when the set was dropped that is not painted yet: milliseconds, as `performance.now` gives them */
let droppedAt: number | null = null;

/** Fetches what the set on screen composes to. Reads do not queue behind operations, so it comes while one is on its way. */
export async function refreshComposed(): Promise<void> {
  const acus = chosen(), key = setKey(acus), mine = ++latest;
  const { composed } = useComposition.getState();
  if (composed?.key === key && composed.status === 'ready') return;
  if (acus.length === 0) { useComposition.setState({ composed: { key, status: 'ready', result: { tree: null, files: [], missing: [], conflicts: [], ms: 0 } }, file: null }); droppedAt = null; return; }
  const ahead = prefetched?.key === key ? prefetched.result : null;
  // a set that is only looked at may not compose: no file of it is asked for before that is known
  useComposition.setState(({ whatIf }) => ({ composed: { key: whatIf === null ? key : '', status: 'loading', result: composed?.result ?? null } }));
  try {
    const result = await (ahead ?? service().call('preview', { acus: [...acus] }));
    if (mine !== latest) return;
    useComposition.setState(({ file }) => ({
      composed: { key, status: 'ready', result },
      file: file !== null && result.files.some((f) => f.path === file) ? file : result.files[0]?.path ?? null,
    }));
    if (result.files.length === 0) composedPainted(key);
  } catch (error) {
    if (mine !== latest) return;
    useComposition.setState({ composed: { key, status: 'failed', result: null } });
    if (connected()) complain(error);
  }
}

/** Keeps the composed difference in step with the set on screen and with the graph; returns what stops it. */
export function keepComposed(): () => void {
  const stops = [
    useComposition.subscribe((now, before) => { if (chosenIn(now) !== chosenIn(before)) void refreshComposed(); }),
    useReplica.subscribe((now, before) => {
      if (now.generation === before.generation) return;
      prefetched = null;
      files.clear();
      useComposition.setState(({ composed }) => ({ composed: composed === null ? null : { ...composed, key: '' }, proposal: null }));
      void refreshComposed();
    }),
  ];
  return () => { for (const stop of stops) stop(); };
}

/** While something that fits is carried, what it would become is fetched already. */
export function prefetch(ids: readonly AcuId[]): void {
  const inside = new Set(chosen());
  const acus = [...inside, ...ids.filter((id) => !inside.has(id))], key = setKey(acus);
  if (prefetched?.key === key || !connected()) return;
  const result = service().call('preview', { acus });
  prefetched = { key, result };
  const { file } = useComposition.getState();
  result.then(({ files: list }) => {
    const first = list.find((one) => one.path === file) ?? list[0];
    return first === undefined ? null : composedFile(acus, key, first.path);
  })
    .catch(() => { if (prefetched?.key === key) prefetched = null; });
}

/** One file of set `key`, asked once. */
export function composedFile(acus: readonly AcuId[], key: string, path: PathBytes): Promise<ComposedFile> {
  const known = files.get(`${key} ${path}`);
  if (known !== undefined) return known;
  const asked = service().call('composedFile', { acus: [...acus], path });
  if (files.size >= FILES) files.delete(files.keys().next().value!);
  files.set(`${key} ${path}`, asked);
  asked.catch(() => files.delete(`${key} ${path}`));
  return asked;
}

/** A set was dropped `at`; `composedPainted` says when its difference is seen. */
export function awaitPaint(at: number): void { droppedAt = at; }

/** The composed difference of set `key` has been given to the screen: closes the measure that the drop began. */
export function composedPainted(key: string): void {
  if (droppedAt === null || key !== setKey(chosen())) return;
  measureToPaint('acumen:drop-composed', droppedAt, { acus: chosen().length });
  droppedAt = null;
}

export const chooseFile = (file: PathBytes): void => useComposition.setState({ file });
