// Tests that open what a person opens must not leave anything in this person's data folder: each run has one of its own.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './folder.ts';

/** Vitest calls it before the first test, and what it returns after the last. */
export default function dataFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'acumen-data-'));
  process.env['ACUMEN_DATA'] = folder;
  return () => removeFolder(folder);
}
