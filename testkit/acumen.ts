// The program in this process: everything of `acumen` but app/main/doors/cli/main.ts, on streams that remember what was written. `folder` is its home, where it
// keeps its data and where it is run. Without PATH: the product never calls git.
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../app/main/doors/cli/program.ts';

export interface Ran { readonly status: number; readonly out: string; readonly err: string }

export interface Running {
  readonly folder: string;
  readonly cwd?: string;
  /** what stands on its input, a byte a letter */
  readonly piped?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly interrupt?: AbortSignal;
}

export const environment = (folder: string): Record<string, string> => ({ HOME: folder, ACUMEN_DATA: join(folder, 'data') });

export async function runAcumen(args: readonly string[], { folder, cwd = folder, piped, env = environment(folder), interrupt = new AbortController().signal }: Running): Promise<Ran> {
  const text = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => new Writable({ decodeStrings: false, write(chunk: string, _encoding, done) { text[name] += chunk; done(); } });
  const status = await run(args, { in: Readable.from(piped === undefined ? [] : [Buffer.from(piped, 'latin1')]), out: stream('out'), err: stream('err'), env, cwd, interrupt });
  return { status, ...text };
}
