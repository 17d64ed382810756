// The danger: a preload that a sandbox cannot load, or that brings more into the page's isolated world than its bridge.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';
import { at, bundles, root } from './steps.ts';

test('the preload is one CommonJS file that asks for Electron alone and exposes one object', () => {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-preload-'));
  try {
    const step = bundles.find(({ name }) => name.startsWith('preload'))!, file = join(folder, 'preload.cjs');
    const done = spawnSync(process.execPath, [at(step.file), ...step.args!.map((arg) => (arg.endsWith('preload.cjs') ? file : arg))], { cwd: root, encoding: 'utf8' });
    expect(done.status, done.stderr).toBe(0);
    const source = readFileSync(file, 'utf8'), asked: unknown[] = [], exposed: string[] = [], globals: string[] = [];
    const parsed = parseSync('preload.cjs', source);
    expect(parsed.errors).toEqual([]);
    expect(parsed.module.hasModuleSyntax).toBe(false);
    new Visitor({
      CallExpression: (node) => {
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') asked.push((node.arguments[0] as { value?: unknown }).value);
        if (node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && node.callee.property.name.startsWith('expose')) exposed.push(node.callee.property.name);
      },
      Identifier: (node) => { if (['eval', 'Function', 'process', 'Buffer', 'globalThis', 'window'].includes(node.name)) globals.push(node.name); },
    }).visit(parsed.program);
    expect(asked).toEqual(['electron']);
    expect(exposed).toEqual(['exposeInMainWorld']);
    expect(globals).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
