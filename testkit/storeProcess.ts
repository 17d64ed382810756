// A process with a store of its own, for the tests that kill, race or lock one. Started by storeProcess(); says what happens
// on stdout, one JSON value a line, written synchronously so that a line once read was true when the process died.
//   append FILE NAME COUNT   COUNT operations, eight in flight at a time; a line [n, operation id] for each acknowledgement,
//                            one {code} for each refusal, after which no more are tried
//   groups FILE NAME COUNT   the same, sixty-four that go together at a time, each group planned on the one before; a line for each group
//   contend FILE NAME COUNT  the same one by one, each on the head just read, again if another came first
//   lock FILE                holds the whole file locked until stdin ends
//   probe FILE OPTIONS       opens, reads the log's length, closes; the error's code if it cannot
import { spawn, type ChildProcess } from 'node:child_process';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { Oid } from '../app/core/bytes.ts';
import { AcumenError } from '../app/core/errors.ts';
import type { DomainEvent } from '../app/core/events.ts';
import { openStore, type NewOperation, type OpenOptions } from '../app/main/storage/store.ts';
import { compositionOf } from './store.ts';

/** The n-th operation of the process called `name`: its base tells both. */
export function numbered(name: string, n: number): { operation: NewOperation; events: DomainEvent[] } {
  const base = n.toString(16).padStart(40, '0') as Oid;
  return {
    operation: { kind: 'compose', description: `${name} ${n}`, command: null, target: null, time: n },
    events: [{ kind: 'composition-changed', composition: { ...compositionOf([], base), name } }],
  };
}

export interface StoreProcess {
  readonly child: ChildProcess;
  /** what it has said so far */
  readonly lines: unknown[];
  /** resolves with its next line, or null at its end */
  next(): Promise<unknown>;
  /** how it ended: exit code or signal */
  readonly ended: Promise<number | string | null>;
}

interface As { readonly uid?: number; readonly gid?: number; readonly blocks?: number; readonly env?: NodeJS.ProcessEnv; readonly script?: string }

/** `blocks`: no file may grow beyond so many blocks of 512 bytes (POSIX `ulimit -f`), as on a disk that fills up. `script`: another that speaks in lines. */
export function storeProcess(args: readonly string[], as: As = {}): StoreProcess {
  const { blocks, script = fileURLToPath(import.meta.url), ...user } = as;
  const command = [process.execPath, script, ...args];
  const [program, ...rest] = blocks === undefined ? command : ['/bin/sh', '-c', `ulimit -f ${blocks} && exec "$@"`, 'sh', ...command];
  const child = spawn(program!, rest, { stdio: ['pipe', 'pipe', 'inherit'], ...user });
  const lines: unknown[] = [];
  let wake = (): void => {};
  const output = { over: false };
  let told = 0;
  const reader = createInterface({ input: child.stdout! });
  reader.on('line', (line) => {
    lines.push(JSON.parse(line));
    wake();
  });
  const closed = new Promise<void>((resolve) => reader.on('close', () => {
    output.over = true;
    wake();
    resolve();
  }));
  const exited = new Promise<number | string | null>((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
  return {
    child, lines,
    async next() {
      while (told >= lines.length && !output.over) await new Promise<void>((resolve) => { wake = resolve; });
      return told < lines.length ? lines[told++] : null;
    },
    // Both, for what it said last may be read after it is gone.
    ended: Promise.all([exited, closed]).then(([how]) => how),
  };
}

/** Says one line; the pipe may be full, for whoever reads it is busy. */
export function say(value: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

async function append(file: string, name: string, count: number): Promise<void> {
  const store = await openStore(file);
  let n = 0;
  const lane = async (): Promise<void> => {
    while (n < count) {
      const mine = ++n;
      const { operation, events } = numbered(name, mine);
      try {
        say([mine, (await store.append(operation, events)).id]);
      } catch (error) {
        if (!(error instanceof AcumenError)) throw error;
        say({ code: error.code });
        n = count;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  await store.close();
}

/** Operations of a group. */
export const GROUP = 64;

async function groups(file: string, name: string, count: number): Promise<void> {
  const store = await openStore(file);
  let last: ReturnType<typeof store.appendAll> | undefined;
  const under: Promise<unknown>[] = [];
  for (let n = 1; n <= count; n += GROUP) {
    const many = Array.from({ length: GROUP }, (_, i) => numbered(name, n + i));
    last = store.appendAll(many, last ?? (await store.head()).event);
    under.push(last.then((first) => say([n + GROUP - 1, first.operation + GROUP - 1])));
    if (under.length > 4) await under.shift();
  }
  await Promise.all(under);
  await store.close();
}

async function contend(file: string, name: string, count: number): Promise<void> {
  const store = await openStore(file);
  let lost = 0;
  for (let n = 1; n <= count;) {
    const { operation, events } = numbered(name, n);
    const { event } = await store.head();
    try {
      await store.append(operation, events, {}, event);
      n++;
    } catch (error) {
      if (!(error instanceof AcumenError) || error.code !== 'store-moved') throw error;
      lost++;
    }
  }
  say({ lost });
  await store.close();
}

function lock(file: string): void {
  const db = new Database(file);
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN EXCLUSIVE');
  say('locked');
  // Nobody else keeps it: collected, it would let go.
  process.stdin.on('end', () => {
    db.close();
    process.exit(0);
  }).resume();
}

async function probe(file: string, options: OpenOptions): Promise<void> {
  try {
    const store = await openStore(file, options);
    say({ operations: (await store.operations()).length, composition: (await store.state()).composition.name });
    await store.close();
  } catch (error) {
    say(error instanceof AcumenError ? { code: error.code, message: error.message, hint: error.hint } : { failed: String(error) });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, file, name, count] = process.argv.slice(2) as [string, string, string, string];
  if (verb === 'append') await append(file, name, Number(count));
  else if (verb === 'groups') await groups(file, name, Number(count));
  else if (verb === 'contend') await contend(file, name, Number(count));
  else if (verb === 'lock') lock(file);
  else if (verb === 'probe') await probe(file, JSON.parse(name) as OpenOptions);
  else throw new Error(`unknown verb ${verb}`);
}
