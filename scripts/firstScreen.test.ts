// Danger: one import in the wrong place, and every window waits for a code editor before it shows its first row.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeFolder } from '../testkit/folder.ts';
import { FIRST_SCREEN, firstScreen, zippedSum } from './firstScreen.ts';
import { at } from './steps.ts';

test('the first screen needs at most 300 kB of JavaScript, and none of what is seldom open', () => {
  const scripts = firstScreen();
  console.log(`first screen: ${(zippedSum(scripts) / 1000).toFixed(0)} kB gzipped in ${scripts.length} files (bar ${FIRST_SCREEN / 1000} kB)`);
  expect(scripts.length).toBeGreaterThan(1);
  expect(zippedSum(scripts), scripts.map(({ file, zipped }) => `${file} ${zipped}`).join('\n')).toBeLessThanOrEqual(FIRST_SCREEN);
  const code = scripts.map(({ file }) => readFileSync(at(`dist/renderer/${file}`), 'utf8')).join('\n');
  // by words that only they have: the code editor, charts, the settings, the first run
  for (const words of ['cm-mergeView', 'recharts', 'settings-nav', 'welcome-lead']) expect(code.includes(words), words).toBe(false);
});

test('a module that the entry imports at once is counted, one that it imports later is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-first-'));
  try {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<script type="module" crossorigin src="./assets/a.js"></script><link rel="stylesheet" href="./assets/a.css">');
    writeFileSync(join(folder, 'assets/a.js'), 'import{t as e,n}from"./b.js";import"./c.js";const later=()=>import("./d.js");export*from"./e.js"');
    for (const name of 'bcde') writeFileSync(join(folder, `assets/${name}.js`), 'x');
    expect(firstScreen(folder).map(({ file }) => file).toSorted()).toEqual(['assets/a.js', 'assets/b.js', 'assets/c.js', 'assets/e.js']);
  } finally {
    removeFolder(folder);
  }
});
