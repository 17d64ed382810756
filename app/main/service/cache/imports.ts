// Which files of a list a text names as what it imports: a guess for prefetching, by the few forms that most files use (relative imports of
// JavaScript and TypeScript, `mod` and `use crate::` of Rust, relative imports of Python). What it gets wrong costs a file read in vain.
import type { PathBytes } from '../../../core/bytes.ts';

/** Imports stand at the top. */
const LOOKED_AT = 32 << 10;
const MOST = 4;

const SCRIPT = /(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g;
const RUST = /^\s*(?:pub(?:\([a-z]+\))?\s+)?(?:mod\s+(\w+)\s*;|use\s+(?:crate|super|self)::([\w:]+))/gm;
const PYTHON = /^\s*from\s+(\.+[\w.]*)\s+import/gm;

/** The file's path without its last ending. */
const stem = (path: string): string => path.replace(/\.[^./]+$/, '');

export function importedFrom(text: string, path: PathBytes, paths: readonly PathBytes[]): PathBytes[] {
  const head = text.slice(0, LOOKED_AT), folder = path.slice(0, path.lastIndexOf('/') + 1), out = new Set<PathBytes>();
  const take = (isIt: (other: string) => boolean): void => {
    const found = paths.find((other) => other !== path && isIt(other));
    if (found !== undefined) out.add(found);
  };
  const at = (relative: string): void => {
    const whole = resolved(folder, relative), bare = stem(whole);
    take((other) => other === whole || stem(other) === whole || stem(other) === bare || stem(other) === `${whole}/index` || stem(other) === `${whole}/__init__`);
  };
  if (/\.[cm]?[jt]sx?$|\.vue$|\.svelte$/.test(path)) for (const [, name] of head.matchAll(SCRIPT)) at(name!);
  else if (path.endsWith('.rs')) {
    for (const [, module, used] of head.matchAll(RUST)) {
      const name = module ?? used!.split('::').filter(Boolean)[0];
      if (name !== undefined) take((other) => other.endsWith(`/${name}.rs`) || other.endsWith(`/${name}/mod.rs`));
    }
  } else if (path.endsWith('.py')) for (const [, dotted] of head.matchAll(PYTHON)) {
    const up = dotted!.match(/^\.+/)![0].length;
    at(`${up === 1 ? './' : '../'.repeat(up - 1)}${dotted!.slice(up).replaceAll('.', '/')}`);
  }
  return [...out].slice(0, MOST);
}

/** `../x` seen from a folder, which ends in a slash or is empty. */
function resolved(folder: string, relative: string): string {
  const parts = folder.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
