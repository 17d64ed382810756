// Tens of thousands of branches in seconds: each one commit on main that changes a line or two of a few hundred small files, some of them the same line. For what
// happens to a list, a search and a graph of such a size. Bare; one git fast-import, refs written as git packs them. A seed names it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, git, initBare, tempDir } from './git.ts';
import { Random } from './random.ts';

const MODULES = ['billing', 'catalog', 'search', 'session', 'invoice', 'payment', 'report', 'import', 'export', 'layout', 'render', 'worker', 'queue', 'storage', 'network', 'parser'];
const VERBS = ['load', 'save', 'parse', 'render', 'merge', 'split', 'count', 'find', 'apply', 'check', 'build', 'clear', 'fetch', 'store', 'watch', 'order'];
const THINGS = ['Invoice', 'Customer', 'Session', 'Token', 'Branch', 'Window', 'Ledger', 'Schema', 'Cursor', 'Palette', 'Widget', 'Record', 'Folder', 'Signal', 'Policy', 'Report'];
const PEOPLE = ['Maya Lindqvist', 'Tomás Herrera', 'Aiko Tanaka', 'Nils Berg', 'Ruth Adeyemi', 'Priya Raman', 'Jonas Weber', 'Lena Novak', 'Omar Haddad', 'Grace Kim', 'Pavel Orlov', 'Ines Duarte'];
const AGENTS = ['heron', 'otter', 'lynx', 'finch', 'marten', 'ibis'];

/** Functions of a file. A change is within one function, so that those of two functions do not touch. */
const FUNCTIONS = 30;
const DAY = 86_400;

export interface Many { readonly dir: string; remove(): void }

export interface ManyOptions { readonly seed: number; readonly branches: number; /** part of the branches that change a line that another changes as well */ readonly clashing?: number; /** seconds since the epoch of the newest */ readonly now?: number; /** a folder to make it in, which stays; one that is removed, if not given */ readonly folder?: string }

export async function many({ seed, branches, clashing = 0.06, now = 1_760_000_000, folder }: ManyOptions): Promise<Many> {
  const temp = folder === undefined ? tempDir('many') : null, dir = join(folder ?? temp!.path, 'many.git'), random = new Random(seed);
  initBare(dir);
  // room for all of them apart: one function each, beside those that clash
  const files = Math.max(8, Math.ceil(branches * 1.1 / FUNCTIONS));
  const path = (f: number): string => `src/${MODULES[f % MODULES.length]!}/${VERBS[Math.floor(f / MODULES.length) % VERBS.length]!}${THINGS[Math.floor(f / (MODULES.length * VERBS.length)) % THINGS.length]!}${Math.floor(f / (MODULES.length * VERBS.length * THINGS.length)) || ''}.ts`;
  const name = (f: number, n: number): string => `${VERBS[(f + n) % VERBS.length]!}${THINGS[(f * 7 + n * 3) % THINGS.length]!}${n}`;
  const text = (f: number, changed: number, by: string): string => Array.from({ length: FUNCTIONS }, (_, n) => `export function ${name(f, n)}(at: number): number {\n  const first = at + ${n};\n  const second = first * ${f % 97 + 2}${n === changed ? ` + ${by}` : ''};\n  return second;\n}\n`).join('');
  const child = spawn('git', ['fast-import', '--quiet', '--export-marks=marks'], { cwd: dir, env: environment(), stdio: ['pipe', 'ignore', 'inherit'] });
  const write = async (chunk: string): Promise<void> => { if (!child.stdin.write(chunk, 'utf8')) await once(child.stdin, 'drain'); };
  const person = (who: string, at: number): string => `${who} <${who.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@example.invalid> ${at} +0000`;
  const commit = (ref: string, mark: number, who: string, at: number, title: string, from: string, changes: string): string => `commit ${ref}\nmark :${mark}\nauthor ${person(who, at)}\ncommitter ${person(who, at)}\ndata ${Buffer.byteLength(title)}\n${title}\n${from}${changes}\n`;
  const file = (at: string, content: string): string => `M 100644 inline ${at}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
  await write(commit('refs/heads/main', 1, 'Test Kit', now - 400 * DAY, 'Begin', '', Array.from({ length: files }, (_, f) => file(path(f), text(f, -1, ''))).join('')));
  const places = Array.from({ length: files * FUNCTIONS }, (_, i) => i), names: string[] = [];
  for (let b = 0; b < branches; b++) {
    // the next place that nobody has; or one that somebody has
    const other = b > 0 && random.chance(clashing / 2) ? random.below(b) : b, at = places[other % places.length]!, f = at % files, n = Math.floor(at / files);
    const isAgent = random.chance(0.5), who = isAgent ? `${AGENTS[random.below(AGENTS.length)]!} (agent)` : PEOPLE[random.below(PEOPLE.length)]!;
    const topic = `${VERBS[random.below(VERBS.length)]!}-${THINGS[random.below(THINGS.length)]!.toLowerCase()}-${b}`, module = MODULES[f % MODULES.length]!;
    names.push(isAgent ? `agents/${who.slice(0, -' (agent)'.length)}/${topic}` : `${module}/${topic}`);
    const age = Math.floor(random.below(1000) ** 2 / 1e6 * 200 * DAY);
    await write(commit('refs/scratch', b + 2, who, now - age, `${topic.replaceAll('-', ' ')}: change ${name(f, n)}`, 'from :1\n', file(path(f), text(f, n, `${b + 1}`))));
  }
  child.stdin.end();
  const [status] = await once(child, 'close') as [number];
  if (status !== 0) throw new Error(`git fast-import exited with ${status}`);
  const marks = new Map(readFileSync(join(dir, 'marks'), 'latin1').trim().split('\n').map((line) => { const [mark, oid] = line.split(' ') as [string, string]; return [Number(mark.slice(1)), oid]; }));
  git(dir, ['update-ref', '-d', 'refs/scratch']);
  const refs = names.map((one, b) => `${marks.get(b + 2)!} refs/heads/${one}`).sort((x, y) => (x.slice(41) < y.slice(41) ? -1 : 1));
  writeFileSync(join(dir, 'packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${refs.join('\n')}\n`);
  return { dir, remove: () => temp?.remove() };
}
