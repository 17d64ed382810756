// The danger: documents that promise what nothing tests, or point at what is gone.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { at } from './steps.ts';

const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: at('') })];

test('every file that a document names is there', () => {
  const named = documents.flatMap((document) => {
    const text = readFileSync(at(document), 'utf8');
    const paths = [...text.matchAll(/\b(?:app|scripts|bin|e2e|bench|testkit|resources)\/[\w./-]+\.(?:[jt]sx?|json|md)\b/g)].map((found) => found[0]);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((found) => join(dirname(document), found[1]!));
    return [...paths, ...links].map((path) => ({ document, path }));
  });
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ path }) => !existsSync(at(path)))).toEqual([]);
});

test('every law is there with its tests', () => {
  const rows = readFileSync(at('docs/PROMISES.md'), 'utf8').split('\n').filter((line) => /^\| \d+ \|/.test(line));
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const row of rows) expect(row, row.split('|')[2]).toMatch(/\.test\.ts/);
});

test('package.json has every command that CONTRIBUTING names', () => {
  const { scripts } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = new Set([...readFileSync(at('CONTRIBUTING.md'), 'utf8').matchAll(/\bnpm (?:run (?:-s )?)?([a-z]\w*)/g)].map((found) => found[1]!).filter((name) => !['ci', 'run', 'runs'].includes(name)));
  expect(named.size).toBeGreaterThan(6);
  for (const name of named) expect(scripts, name).toHaveProperty(name);
});
