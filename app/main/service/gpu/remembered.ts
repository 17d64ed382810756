// What was found out about this machine's adapters, in a small file of the user's data folder. Deletable: it is found out again.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Remembered } from '../../../workers/gpu/tune.ts';
import { dataFolder } from '../place.ts';

/** Adapters of which something is kept. */
const MOST = 20;

function read(file: string): [string, string][] {
  try {
    const said: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(said) ? said.filter((one): one is [string, string] => Array.isArray(one) && one.length === 2 && one.every((text) => typeof text === 'string')) : [];
  } catch {
    return [];
  }
}

export function inFile(file: string = path.join(dataFolder(), 'gpu.json')): Remembered {
  return {
    get: async (key) => read(file).find(([known]) => known === key)?.[1] ?? null,
    async set(key, text) {
      const all = [[key, text] as const, ...read(file).filter(([known]) => known !== key)].slice(0, MOST), own = `${file}.${process.pid}`;
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(own, JSON.stringify(all), { mode: 0o600 });
        renameSync(own, file);
      } catch {
        // a folder that cannot be written to: each start finds out for itself
      }
    },
  };
}
