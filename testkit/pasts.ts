// Repositories with a past, for reading it back: branches and merges (some of which change what they merge), renames of one and many, binary
// files, links, modes and submodules, people with several names, dates that cannot be. A seed names one past on every machine.
import { fastImport, git, gitLine, initBare } from './git.ts';
import type { Random } from './random.ts';

export interface PastOptions {
  readonly commits: number;
  /** no merges, renames or odd files */
  readonly isPlain?: boolean;
  /** no odd files */
  readonly isText?: boolean;
}

interface File { readonly mode: string; readonly lines: readonly string[] }
type Tree = ReadonlyMap<string, File>;
interface Made { readonly mark: number; readonly tree: Tree }

export const people: readonly (readonly [name: string, email: string])[] = [
  ['Ada Lovelace', 'ada@analytical.org'], ['Ada Lovelace', 'ada@home.net'], ['ada', 'ADA@analytical.org'], ['Grace Hopper', 'grace@navy.mil'], ['G. Hopper', 'grace@navy.mil'],
  ['dependabot[bot]', '49699333+dependabot[bot]@users.noreply.github.com'], ['Linus', '1024+torvalds@users.noreply.github.com'], ['torvalds', 'torvalds@users.noreply.github.com'],
  ['root', 'root@localhost'], ['', 'nobody@nowhere.org'], ['"&lt;b\u00e2\u0080\u00ae Mallory', 'm"onload=\'x@x.org'], ['\u00c3\u00a9mile Zola', 'zola@paris.fr'], ['Claude', 'noreply@anthropic.com'], ['Empty Address', ''],
];
const DATES = [0, 100_000_000, 4_102_444_800, 2_000_000_000];
const NAMES = ['a.txt', 'b.txt', 'src/one.ts', 'src/two.ts', 'src/deep/three.ts', 'docs/read me.md', 'docs/caf\u00c3\u00a9.md', 'lib/x\ty.c', 'lib/"quoted".c', 'lib/long.c', 'Makefile', 'bin/run'];
const WORDS = ['{', '}', '', 'return;', 'x = 1', 'y = 2', 'if (x)', 'else', '// note', 'call(x)', 'end'];

/** Makes the repository in `dir`; answers the id of `refs/heads/main`. */
export function makePast(dir: string, random: Random, { commits, isPlain = false, isText = false }: PastOptions): string {
  initBare(dir);
  fastImport(dir, Buffer.from(stream(random, commits, isPlain, isText), 'latin1'));
  return gitLine(dir, ['rev-parse', 'refs/heads/main']);
}

/** On top of `tip`, by itself: for what grows, or is forced elsewhere. */
export function commitOn(dir: string, tip: string | null, files: Readonly<Record<string, string>>, { name = 'Ada Lovelace', email = 'ada@analytical.org', time = 1_700_000_000, message = 'more', merge = [] as readonly string[], ref = 'refs/heads/main' } = {}): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text, 'latin1')}\n${text}\n`;
  const who = `${name} <${email}> ${time} +0000`;
  fastImport(dir, `commit ${ref}\nauthor ${who}\ncommitter ${who}\n${data(message)}${tip === null ? '' : `from ${tip}\n`}${merge.map((one) => `merge ${one}\n`).join('')}${Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('')}\n`);
  return gitLine(dir, ['rev-parse', ref]);
}

function stream(random: Random, commits: number, isPlain: boolean, isText: boolean): string {
  const parts: string[] = [], made: Made[] = [];
  let tips: Made[] = [];
  let time = 1_500_000_000;
  const line = (): string => (random.below(3) === 0 ? WORDS[random.below(WORDS.length)]! : `line ${random.below(100_000)}`);
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  const emit = (parents: readonly Made[], tree: Tree, isLast: boolean): Made => {
    const mark = made.length + 1, [name, email] = people[random.below(people.length)]!, [by, at] = random.below(4) === 0 ? people[random.below(people.length)]! : [name, email];
    time += random.below(200_000);
    const authored = !isPlain && random.below(15) === 0 ? DATES[random.below(DATES.length)]! : time - random.below(5000);
    const trailer = random.below(5) === 0 ? (([n, e]) => `\n\nCo-authored-by: ${n} <${e}>\n`)(people[random.below(people.length)]!) : '';
    const said = (who: string, address: string): string => `${who === '' ? '' : `${who} `}<${address}>`;
    parts.push(`commit refs/heads/${isLast ? 'main' : 'other'}\nmark :${mark}\nauthor ${said(name, email)} ${authored} +0000\ncommitter ${said(by, at)} ${time} +0000\n${data(`commit ${mark}${trailer}`)}`);
    parts.push(parents.map(({ mark: parent }, i) => `${i === 0 ? 'from' : 'merge'} :${parent}\n`).join(''), 'deleteall\n');
    for (const [path, { mode, lines }] of tree) {
      const quoted = /[\t"\n]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&').replaceAll('\t', '\\t')}"` : path;
      parts.push(mode === '160000' ? `M ${mode} ${lines[0]!} ${quoted}\n` : `M ${mode} inline ${quoted}\n${data(lines.join('\n'))}`);
    }
    parts.push('\n');
    const one = { mark, tree };
    made.push(one);
    return one;
  };
  const changed = (tree: Tree): Map<string, File> => {
    const next = new Map(tree);
    for (let n = 1 + random.below(3); n > 0; n--) {
      const paths = [...next.keys()], what = random.below(isPlain ? 14 : isText ? 18 : 24), path = paths[random.below(paths.length)];
      const fresh = NAMES[random.below(NAMES.length)]!;
      if (path === undefined || what < 3) {
        if (!conflicts(next, fresh)) next.set(fresh, { mode: '100644', lines: Array.from({ length: random.below(60) }, line) });
      } else if (what < 13) {
        const file = next.get(path)!, lines = [...file.lines];
        if (file.mode === '160000') continue;
        for (let k = 1 + random.below(3); k > 0; k--) lines.splice(random.below(lines.length + 1), random.below(5), ...Array.from({ length: random.below(6) }, line));
        next.set(path, { ...file, lines });
      } else if (what < 15) next.delete(path);
      else if (what < 18) {
        const file = next.get(path)!;
        next.delete(path);
        const to = random.below(2) === 0 ? fresh : `moved/${random.below(4)}/${path.split('/').at(-1)!}`;
        if (conflicts(next, to)) next.set(path, file);
        else next.set(to, file.mode === '160000' ? file : { ...file, lines: random.below(2) === 0 ? file.lines : [...file.lines, line()] });
      } else if (what === 18) next.set(path, { mode: '100644', lines: [`\0\x01${random.below(1000)}`, line()] });
      else if (what === 19) next.set(path, { mode: '120000', lines: [`target ${random.below(5)}`] });
      else if (what === 20) next.set(path, { ...next.get(path)!, mode: next.get(path)!.mode === '100755' ? '100644' : next.get(path)!.mode === '100644' ? '100755' : next.get(path)!.mode });
      else if (what === 21) next.set(path, { mode: '160000', lines: [random.below(2 ** 31).toString(16).padStart(40, 'a')] });
      else {
        for (const one of paths.filter((p) => p.startsWith('src/'))) {
          if (conflicts(next, `lib/${one}`)) continue;
          next.set(`lib/${one}`, next.get(one)!);
          next.delete(one);
        }
      }
    }
    return next;
  };
  for (let i = 0; i < commits; i++) {
    const isLast = i === commits - 1;
    if (tips.length === 0) { tips.push(emit([], changed(new Map()), isLast)); continue; }
    const at = random.below(tips.length), tip = tips[at]!;
    const isMerge = !isPlain && tips.length > 1 && (isLast || random.below(4) === 0);
    if (isMerge) {
      const others = isLast ? tips.filter((one) => one !== tip) : [tips[(at + 1) % tips.length]!];
      const tree = others.reduce((all, other) => mixed(random, all, other.tree, line), tip.tree);
      const one = emit([tip, ...others], random.below(5) === 0 ? changed(tree) : tree, isLast);
      tips = isLast ? [one] : [...tips.filter((other) => other !== tip && !others.includes(other)), one];
    } else {
      const one = emit([tip], changed(tip.tree), isLast);
      if (!isPlain && random.below(4) === 0 && tips.length < 4) tips.push(one); else tips[at] = one;
    }
  }
  return parts.join('');
}

/** A file where a folder is, or the other way round. */
function conflicts(tree: Tree, path: string): boolean {
  for (const other of tree.keys()) if (other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) return true;
  return false;
}

/** Some of each side, file by file, and of files that both have now and then lines of both. */
function mixed(random: Random, ours: Tree, theirs: Tree, line: () => string): Map<string, File> {
  const out = new Map<string, File>();
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const a = ours.get(path), b = theirs.get(path);
    const one = a === undefined || b === undefined ? (random.below(6) === 0 ? undefined : a ?? b)
      : a.mode === b.mode && a.mode !== '160000' && random.below(2) === 0
        ? { mode: a.mode, lines: [...a.lines.slice(0, a.lines.length / 2), ...b.lines.slice(b.lines.length / 2), ...random.below(3) === 0 ? [line()] : []] }
        : random.below(2) === 0 ? a : b;
    if (one !== undefined && !conflicts(out, path)) out.set(path, one);
  }
  return out;
}

/** Lines of a file at a commit by who wrote them, `name\0email` → lines, as blame says. */
export function blamed(dir: string, commit: string, path: string): Map<string, number> {
  const out = new Map<string, number>();
  let name = '', email = '';
  for (const line of git(dir, ['blame', '--line-porcelain', commit, '--', path]).split('\n')) {
    if (line.startsWith('author ')) name = line.slice(7);
    else if (line.startsWith('author-mail ')) email = line.slice(13, -1);
    else if (line.startsWith('\t')) out.set(`${name}\0${email}`, (out.get(`${name}\0${email}`) ?? 0) + 1);
  }
  return out;
}
