// A process that does with a repository all that Acumen does, through the command line's own code and through a served page's
// WebSocket: `node testkit/hostile/victim.ts REPO FOLDER READER`. Prints one JSON document: each step's exit status and output.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import WebSocket from 'ws';
import { connect } from '../../app/contract/client.ts';
import type { Transport } from '../../app/contract/methods.ts';
import { Engine } from '../../app/core/engine.ts';
import { startHost } from '../../app/main/doors/browser/host.ts';
import { run } from '../../app/main/doors/cli/program.ts';
import { locateServed } from '../../app/main/service/locating.ts';
import { openServed } from '../../app/main/service/serving.ts';
import { attachSession } from '../../app/main/service/session.ts';

export interface Step { readonly step: string; readonly status: number; readonly out: string; readonly err: string }

const [repo, folder, git] = process.argv.slice(2) as [string, string, 'embedded' | 'native'];
const steps: Step[] = [];
const env = { ...process.env };
const cwd = process.cwd();

async function acumen(...args: readonly string[]): Promise<void> {
  const text = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => new Writable({ decodeStrings: false, write(chunk: string, _encoding, done) { text[name] += chunk; done(); } });
  const all = [...args, '--store', join(folder, 'cli.acumen'), '--git', git];
  const status = await run(all, { out: stream('out'), err: stream('err'), env, cwd, interrupt: new AbortController().signal });
  steps.push({ step: args.join(' '), status, ...text });
}

async function served(): Promise<void> {
  const root = join(folder, 'renderer');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><html><head><title>A</title></head></html>');
  const located = await locateServed({ repo, store: join(folder, 'served.acumen'), cwd, env });
  const { workspace, close } = await openServed(located, { env, git, what: 'serve' }, 'acumen serve REPO');
  const host = await startHost({ root, port: 0, attach: (transport) => attachSession(workspace, transport) });
  try {
    const origin = `http://127.0.0.1:${host.port}`;
    const session = await fetch(`${origin}/session`, { method: 'POST', headers: { origin, authorization: `Bearer ${host.url.split('#token=')[1]}` } });
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { origin, headers: { cookie: session.headers.get('set-cookie')!.split(';')[0]! } });
    await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
    const client = connect(transportOf(socket));
    const call = async <T>(step: string, ask: Promise<T>): Promise<T> => {
      const result = await ask.catch((error: { code: string; message: string }) => { steps.push({ step, status: 3, out: '', err: `${error.code} ${error.message}` }); throw error; });
      steps.push({ step, status: 0, out: JSON.stringify(result, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value)), err: '' });
      return result;
    };
    await call('ws import', client.call('import', { path: repo, base: null, refs: [], grain: 'branch', ticket: '1' }));
    const { bytes } = await call('ws snapshot', client.call('snapshot', {}));
    const engine = Engine.decode(bytes);
    const acus = ['first', 'second'].flatMap((name) => engine.named(name));
    for (const { id } of engine.acus) {
      const { files } = await call('ws acuFiles', client.call('acuFiles', { acu: id }));
      for (const { path } of files) await call('ws acuFile', client.call('acuFile', { acu: id, path })).catch(() => undefined); // a content that is not there is refused
    }
    const { files } = await call('ws preview', client.call('preview', { acus }));
    for (const { path } of files) await call('ws composedFile', client.call('composedFile', { acus, path }));
    await call('ws conflictFile', client.call('conflictFile', { a: engine.named('first')[0]!, b: engine.named('clash')[0]!, path: 'a.txt' as never }));
    await call('ws compose', client.call('compose', { acus, ticket: '2' }));
    await call('ws writeBranch', client.call('writeBranch', { name: 'served', acus, ticket: '3' }));
    await call('ws undo', client.call('undo', { ticket: '4' }));
    await call('ws log', client.call('log', { before: null, limit: 100 }));
    await call('ws fsck', client.call('fsck', { ticket: '5' }));
    client.close();
  } finally {
    await host.close();
    await close();
  }
}

function transportOf(socket: WebSocket): Transport {
  return {
    send: (frame) => socket.send(frame),
    onFrame: (listener) => { socket.on('message', (data: Buffer) => listener(data)); },
    onClose: (listener) => { socket.on('close', () => listener('closed')); },
    close: () => socket.close(),
  };
}

await acumen('import', repo, '--json');
await acumen('list', '--json');
await acumen('conflicts', '--json');
await acumen('check', 'first', 'second', '--json');
await acumen('check', 'first', 'clash');
await acumen('compose', 'first', 'second', '--json');
await acumen('compose', 'first', 'second', '--branch', 'composed', '--json');
await acumen('log', '--json');
await acumen('undo');
await acumen('redo');
await acumen('import', repo);
await acumen('fsck', '--json');
await acumen('backup', join(folder, 'backup'));
if (steps[0]!.status === 0) await served();
console.log(JSON.stringify(steps));
