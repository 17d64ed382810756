// The write-branch operation (law 10): objects first, then one named branch moved by compare-and-swap, and only where no
// commit of anybody else's would be lost by it.
import { display, fromUtf8 } from '../../core/bytes.ts';
import type { AcuId, ByteString, Oid } from '../../core/bytes.ts';
import { compositionEvents } from '../../core/composition.ts';
import { composedMessage, countedAcus, decisionsAmong } from '../../core/counted.ts';
import type { Engine } from '../../core/engine.ts';
import { AcumenError } from '../../core/errors.ts';
import type { Acu } from '../../core/model.ts';
import { Mode } from '../../core/repository.ts';
import type { NewObject, RepositoryReader, Signature } from '../../core/repository.ts';
import type { RefMove } from '../../core/undo.ts';
import type { Methods } from '../../contract/methods.ts';
import { mergeBasesWith } from '../git/mergeBases.ts';
import { branchRef } from '../git/refnames.ts';
import { openWriter } from '../git/writer.ts';
import { isCurrent, standing } from './composing.ts';
import type { Composed, Moment } from './reading.ts';
import { commandLine, composeCommand } from './said.ts';
import type { View, Workspace } from './workspace.ts';

const HEADS = 'refs/heads/';

/** `text`: the message of the commit; without one it says what is composed. */
export function writeBranch(workspace: Workspace, name: string, acus: readonly AcuId[], signal: AbortSignal, text?: string): Promise<Methods['writeBranch']['result']> {
  return write(workspace, name, acus, signal, null, text);
}

/** Writes the composition of an earlier moment onto its base. What is composed now stays. */
export function writeBranchOf(workspace: Workspace, past: View, name: string, signal: AbortSignal): Promise<Methods['writeBranch']['result']> {
  return write(workspace, name, past.state.composition.acus, signal, past);
}

async function write(workspace: Workspace, name: string, acus: readonly AcuId[], signal: AbortSignal, past: View | null, given?: string): Promise<Methods['writeBranch']['result']> {
  const ref = branchRef(name), text = given === undefined ? undefined : cleaned(given);
  if (acus.length === 0) throw new AcumenError('not-composable', 'There is nothing to write: the composition is empty.', 'Compose some changes first.', { missing: [], conflicts: [] });
  let written: { commit: Oid; tree: Oid } | null = null;
  await settleMoves(workspace);
  const operation = await workspace.commit(async (now) => {
    const view = past ?? now;
    const { composition, composed, moment, blobs } = await standing(workspace, view, acus, signal);
    const { reader, engine } = moment;
    const before = await replaceableTip(reader, ref, engine.base, await tipsWritten(workspace, ref));
    const writer = openWriter(reader.gitDir, { searchPath: workspace.env['PATH'] ?? '' });
    const author = signature(workspace.env, workspace.clock.now(), workspace.clock.offset());
    const chosen = new Set(composition.acus);
    const { tree } = composed;
    const said = message(engine, engine.acus.filter((a) => chosen.has(a.id)), author, text);
    const commit = await writer.writeWith(newObjects(moment, composed), { tree, parents: [engine.base], author, committer: author, message: said });
    signal.throwIfAborted();
    written = { commit, tree };
    return {
      operation: {
        kind: 'write-branch', target: null, description: `Wrote ${countedAcus(engine.tables, composition.acus)}${past === null ? '' : ` of operation ${past.head.operation}`} to ${name}`,
        command: past === null ? composeCommand(engine, composition.acus, name, text) : commandLine('compose', '--at', String(past.head.operation), '--branch', name),
      },
      events: [
        ...past !== null || isCurrent(view, composition) ? [] : compositionEvents(view.state.composition, composition),
        { kind: 'branch-written', ref, before, after: commit, tree, acus: composition.acus },
      ],
      extra: { blobs },
      move: { ref, expected: before, next: commit },
    };
  });
  return { ref: display(ref), ...written!, operation: operation! };
}

/** What the repository needs to hold a composed tree: contents and trees that composing made, and contents that only the store has. */
export async function newObjects({ reader, stored }: Moment, { delta, blobs, trees }: Composed): Promise<NewObject[]> {
  const others = [...new Set([...delta.values()].flatMap((entry) => (entry === null || entry.mode === Mode.submodule || blobs.has(entry.oid) ? [] : [entry.oid])))];
  const out: NewObject[] = [...[...blobs.values()].map((bytes) => ({ type: 'blob' as const, bytes })), ...[...trees.values()].map((bytes) => ({ type: 'tree' as const, bytes }))];
  for (const [i, size] of (await reader.blobSizes(others)).entries()) {
    if (!(size instanceof AcumenError)) continue;
    const bytes = size.code === 'missing-object' ? await stored(others[i]!) : null;
    if (bytes === null) throw size;
    out.push({ type: 'blob', bytes });
  }
  return out;
}

/** Moves a branch and answers how to take that back. `isWritten`: to a composition that the log does not know yet. */
export async function moveRef(workspace: Workspace, { ref, expected, next }: RefMove, isWritten: boolean): Promise<() => Promise<void>> {
  const reader = await workspace.repository();
  const name = display(ref.slice(HEADS.length) as ByteString);
  if (next !== null && !await reader.has(next)) {
    throw new AcumenError('missing-object', `The commit ${next.slice(0, 12)} that ${name} should point to is gone from the repository.`,
      'It was collected as garbage; compose and write the branch again.', { ref: display(ref as ByteString), oid: next });
  }
  const writer = openWriter(reader.gitDir, { searchPath: workspace.env['PATH'] ?? '' });
  const forget = isWritten && next !== null ? workspace.live.writes(next) : () => {};
  try {
    await writer.moveBranch(name, expected, next);
  } catch (error) {
    forget();
    throw error;
  }
  return async () => {
    await writer.moveBranch(name, next, expected);
    forget();
  };
}

/**
 * What a process left undone that was killed between moving a branch and recording it: recorded now, or known to have come to
 * nothing. Answers how many. Where the repository cannot be read, or another process writes, the next opening does it.
 */
export async function settleMoves(workspace: Workspace): Promise<number> {
  try {
    return await workspace.store.settleMoves(async (ref) => {
      const reader = await workspace.repository();
      return (await reader.refs()).refs.find(({ name }) => name === ref)?.oid ?? null;
    });
  } catch (error) {
    if (error instanceof AcumenError && error.code !== 'bug') return 0;
    throw error;
  }
}

async function tipsWritten(workspace: Workspace, ref: ByteString): Promise<ReadonlySet<Oid>> {
  const tips = new Set<Oid>();
  for await (const { event } of workspace.store.events({ kinds: ['branch-written'] })) {
    if (event.kind === 'branch-written' && event.ref === ref && event.tree !== null && event.after !== null) tips.add(event.after);
  }
  return tips;
}

/**
 * The tip that the branch has now, if it may be replaced: it is ours (`written` holds every tip that Acumen gave it), or the
 * base contains it. Null where there is no such branch.
 */
async function replaceableTip(reader: RepositoryReader, ref: ByteString, base: Oid, written: ReadonlySet<Oid>): Promise<Oid | null> {
  const tip = (await reader.refs()).refs.find((r) => r.name === ref)?.oid ?? null;
  if (tip === null || tip === base || written.has(tip)) return tip;
  if ((await mergeBasesWith(reader, base, [tip])).get(tip)?.includes(tip)) return tip;
  const name = display(ref.slice(HEADS.length) as ByteString);
  throw new AcumenError('would-lose-commits', `The branch ${name} has commits that writing it would lose.`,
    'Choose another name, or move or delete that branch in git first.', { ref: display(ref), tip });
}

/** Who signs what Acumen writes: the person that git's environment names, else Acumen itself. */
export function signature(env: NodeJS.ProcessEnv, now: number, offset: number): Signature {
  // what git's commit format cannot hold inside a name
  const clean = (text: string | undefined): ByteString => fromUtf8((text ?? '').replace(/[\0\r\n<>]/g, ' ').trim());
  const name = clean(env['GIT_AUTHOR_NAME']), email = clean(env['GIT_AUTHOR_EMAIL']);
  const given = name !== '' && email !== '';
  return { name: given ? name : fromUtf8('Acumen'), email: given ? email : fromUtf8('acumen@localhost'), time: Math.floor(now / 1000), offset };
}

/** As git cleans a message that is given to it (git-commit(1), `--cleanup=whitespace`). Throws `usage` where nothing is left, or no commit can hold it. */
function cleaned(text: string): string {
  const clean = text.replaceAll(/[^\S\n]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n').replaceAll(/^\n+|\n+$/g, '');
  if (clean === '') throw new AcumenError('usage', 'The commit has no message.', 'Say what it is, or leave the message out: then it lists what is composed.');
  if (clean.includes('\0') || !clean.isWellFormed()) throw new AcumenError('usage', 'A commit cannot hold this message.', 'Take out the character that is no text.');
  return clean;
}

/** Lines at the end of a message that git reads as trailers (git-interpret-trailers(1)). */
const endsInTrailers = (text: string): boolean => text.includes('\n\n') && text.slice(text.lastIndexOf('\n\n') + 2).split('\n').every((line) => /^[A-Za-z\d-]+: /.test(line));

/** The text given, or how much was composed onto what, and what (core/counted.ts); and everyone whose change it is as a co-author, but whom the text names so. Bytes, as names are. */
export function message({ tables }: Pick<Engine, 'tables'>, acus: readonly Acu[], author: Signature, given?: string): ByteString {
  const trailers = new Set<string>();
  for (const { author: { name, email } } of acus) {
    if (email !== '' && (name !== author.name || email !== author.email)) trailers.add(`Co-authored-by: ${name.trim() || email} <${email}>`);
  }
  if (given !== undefined) {
    const text = fromUtf8(given), said = new Set<string>(text.split('\n')), left = [...trailers].map(oneLine).filter((line) => !said.has(line)).sort();
    return `${text}${left.length === 0 ? '' : `${endsInTrailers(given) ? '\n' : '\n\n'}${left.join('\n')}`}\n` as ByteString;
  }
  const decided = decisionsAmong(tables), usual = composedMessage(fromUtf8(oneLine(tables.baseName)), acus, acus.filter(({ id }) => decided.has(id)).length);
  return `${[usual, ...trailers.size === 0 ? [] : [[...trailers].sort().map(oneLine).join('\n')]].join('\n\n')}\n` as ByteString;
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ');
