// What the built page fetches before it shows anything, read from the page and its modules as they were built: the entry, and whatever that imports at once.
// Workers and styles are apart; what is imported later comes later.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { at } from './steps.ts';

/** Bytes of JavaScript, gzipped, that the first screen may need. */
export const FIRST_SCREEN = 300_000;

export interface Script { readonly file: string; readonly bytes: number; readonly zipped: number }

const STATIC = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s$,]+?\s*from\s*)?["'](\.\/[\w.-]+\.js)["']/g;

/** The modules of the first screen, the largest first. `built`: the folder of index.html. */
export function firstScreen(built: string = at('dist/renderer')): readonly Script[] {
  const page = readFileSync(join(built, 'index.html'), 'utf8'), found = new Map<string, Script>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    const content = readFileSync(join(built, file));
    found.set(file, { file, bytes: content.length, zipped: gzipSync(content).length });
    for (const [, other] of content.toString('utf8').matchAll(STATIC)) visit(posix.join(posix.dirname(file), other!));
  };
  for (const [, file] of page.matchAll(/<(?:script|link)[^>]*(?:src|href)="\.\/([\w./-]+\.js)"/g)) visit(file!);
  return [...found.values()].toSorted((a, b) => b.zipped - a.zipped);
}

export const zippedSum = (scripts: readonly Script[]): number => scripts.reduce((sum, { zipped }) => sum + zipped, 0);

if (process.argv[1] === import.meta.filename) {
  const scripts = firstScreen();
  for (const { file, bytes, zipped } of scripts) console.log(`${String(zipped).padStart(8)} of ${String(bytes).padStart(8)}  ${file}`);
  console.log(`${zippedSum(scripts)} bytes gzipped of at most ${FIRST_SCREEN}`);
}
