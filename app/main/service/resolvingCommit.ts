// A decision as a source (docs/decisions/0055): a commit that only memory holds, with the base and the tips of all sides for parents and what was
// decided for a tree. Importing it beside what is published makes it an ACU that requires its sides; what the store remembers of it (KeptSnapshot)
// makes the same commit again.
import { type ByteString, type Oid, type PathBytes, display, fromUtf8 } from '../../core/bytes.ts';
import type { Changes } from '../../core/changes.ts';
import type { Engine } from '../../core/engine.ts';
import { type DomainEvent, COMPOSED_REF, type KeptSnapshot, PATCH_REF, type Published, RESOLUTION_REF, WORKTREE_REF } from '../../core/events.ts';
import type { AcuId } from '../../core/bytes.ts';
import { changeOf } from '../../core/published.ts';
import type { Commit, Ref, RefList, RepositoryReader } from '../../core/repository.ts';
import { Overlay } from '../git/overlay.ts';
import { buildTree } from '../git/trees.ts';
import type { NewBlob } from '../storage/store.ts';
import type { Beside } from './importer.ts';
import { stageImport } from './importing.ts';
import { addKept } from './live/kept.ts';
import { contentsOf } from './live/adopting.ts';
import { gatherPatches } from './patchFiles.ts';
import { shortName } from './sources.ts';
import type { View, Workspace } from './workspace.ts';

/** The repository as it was when it was published: nothing that moved since comes along with a decision. */
class AsPublished extends Overlay {
  readonly #refs: readonly Ref[];
  constructor(under: RepositoryReader, refs: readonly Ref[]) { super(under); this.#refs = refs; }
  override refs(): Promise<RefList> { return Promise.resolve({ refs: this.#refs, skipped: [], remoteHead: null }); }
}

/** A decided tree, and what its commit says. */
export interface Made {
  readonly name: string;
  readonly parents: readonly Oid[];
  /** base → decided */
  readonly changes: Changes;
  /** contents that the repository may not have */
  readonly blobs: ReadonlyMap<Oid, Uint8Array>;
  readonly said: Pick<Commit, 'author' | 'committer' | 'message'>;
}

export interface Published1 {
  readonly published: Published;
  readonly engine: Engine;
  readonly event: DomainEvent;
  readonly blobs: readonly NewBlob[];
  /** its ACU; null where the decision changes nothing */
  readonly acu: AcuId | null;
}

const isBeside = (ref: ByteString): boolean => [WORKTREE_REF, COMPOSED_REF, RESOLUTION_REF].some((prefix) => ref.startsWith(prefix));

/** What is published with the decision beside it; nothing is visible before the event is appended. */
export async function publishWith(workspace: Workspace, view: View, made: Made, signal: AbortSignal): Promise<Published1> {
  const { store } = workspace, reader = await workspace.repository(), over = view.state.published!;
  const overlay = new AsPublished(reader, await refsOf(reader, over));
  const kept = await addKept(overlay, over.snapshots ?? []), besides = over.sources.filter(({ ref }) => isBeside(ref));
  for (const [oid, bytes] of made.blobs) { overlay.hold([[oid, bytes]], []); }
  const one = await commitOf(overlay, over, made, new Set(over.sources.map(({ name }) => name)));
  const snapshots = [...kept, one];
  const beside: Beside = { reader: overlay, snapshots, sources: [...besides.filter(({ ref, oid }) => ref.startsWith(COMPOSED_REF) || kept.some((k) => k.oid === oid)), one].map(({ name, ref, oid }) => ({ name, ref, oid })) };
  const patches = over.patches === undefined ? undefined : await gatherPatches(over.patches, { add: [], drop: false }, over.sources, (oid) => store.blob(oid), reader.objectFormat);
  const request = { base: over.base, called: over.baseName, refs: over.globs, grain: over.grain, beside, ...patches !== undefined && { patches } };
  const { published, segments, blobs, storing } = await stageImport(store, overlay, request, workspace, { published: over, tables: view.engine.tables }, () => {}, signal);
  await storing;
  const engine = await workspace.engineOf(published, segments);
  const source = published.sources.find(({ ref }) => ref === one.ref), tip = source?.segments.at(-1);
  const acu = tip === undefined ? null : engine.tables.segments.find((s) => s.tip === tip)?.acu ?? null;
  const change = changeOf(over, published);
  const held = await contentsOf(workspace, overlay, [one], async (oid) => made.blobs.get(oid) ?? null);
  return { published, engine, event: change === null ? { kind: 'published', published } : { kind: 'publication-changed', change }, blobs: [...blobs, ...held], acu };
}

/** Where its refs stood, and those that were left out, as they stand now. */
async function refsOf(reader: RepositoryReader, { sources, skipped }: Published): Promise<Ref[]> {
  const refs: Ref[] = sources.filter(({ ref }) => !ref.startsWith(PATCH_REF) && !isBeside(ref)).map(({ ref, oid }) => ({ name: ref, oid }));
  const names = new Set(skipped.map(({ name }) => name)), here = new Set(refs.map(({ name }) => name));
  if (names.size > 0) for (const ref of (await reader.refs()).refs) if (!here.has(ref.name) && (names.has(ref.name) || names.has(shortName(ref.name)))) refs.push(ref);
  return refs.sort((x, y) => (x.name < y.name ? -1 : 1));
}

async function commitOf(overlay: Overlay, { base, baseTree }: Published, { name, parents, changes, said }: Made, taken: ReadonlySet<ByteString>): Promise<KeptSnapshot> {
  const after = [...changes].map(([path, c]) => [path, c.after] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const tree = await buildTree(overlay, baseTree, new Map<PathBytes, (typeof after)[number][1]>(after), { writeTree: async (entries) => overlay.addTree(entries) });
  const commit = { parents: [base, ...parents], ...said }, oid = overlay.addCommit({ ...commit, tree });
  return { name: freeName(fromUtf8(name), taken), ref: `${RESOLUTION_REF}${oid}` as ByteString, oid, commit, changes: after };
}

function freeName(name: ByteString, taken: ReadonlySet<ByteString>): ByteString {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} (${n})` as ByteString;
  return free;
}

/** "a × b, decided"; of more than two, whom one decided about: "b with 2 others, decided". Its sides, that one last. */
export function nameOf(engine: Engine, sides: readonly AcuId[], baseName: string | null): string {
  const names = sides.map((id) => short(display(engine.acu(id)?.name ?? ('' as ByteString))) || id.slice(0, 12));
  if (names.length > 2) return `${names.at(-1)!} with ${names.length - 1} others, decided`;
  return `${[...names, ...baseName === null ? [] : [short(baseName)]].join(' × ')}, decided`;
}

const short = (name: string): string => ([...name].length > 60 ? `${[...name].slice(0, 59).join('')}…` : name);
