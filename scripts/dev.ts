// `npm run dev [-- REPO]`: the service from dist/, rebuilt and restarted as its sources change, and the screen from vite's
// development server, which passes /session and /socket on to it. For working on Acumen only; nothing else uses it.
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer as freePort } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'vite';
import { at, root, runNode, tools } from './steps.ts';

const children: ChildProcess[] = [];
const start = (args: readonly string[], cwd: string, onLine: (text: string) => void): void => {
  const child = spawn(process.execPath, args, { cwd, stdio: ['inherit', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk: Buffer) => { onLine(chunk.toString()); });
  children.push(child);
};

if (await runNode('scripts/build.ts') !== 0) process.exit(1);

const probe = freePort().listen(0, '127.0.0.1');
await new Promise((resolve) => { probe.once('listening', resolve); });
const port = (probe.address() as AddressInfo).port;
await new Promise((resolve) => { probe.close(resolve); });

// The service checks Host and Origin: what vite passes on says it comes from the service's own page.
const target = `http://127.0.0.1:${port}`;
const pass = { target, changeOrigin: true, headers: { origin: target } };
const vite = await createServer({
  configFile: at('vite.config.ts'),
  server: {
    proxy: { '/session': pass, '/socket': { ...pass, ws: true } },
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
});
await vite.listen();
const page = vite.resolvedUrls!.local[0]!;

// the store's threads as they are compiled from now on, not as they were built
rmSync(at('dist/app/main/storage/threads'), { recursive: true, force: true });
start([at(tools.tsc), '-b', '--watch', '--preserveWatchOutput'], root, (text) => { process.stdout.write(text); });
start(['--watch', '--watch-preserve-output', at('dist/app/main/doors/cli/main.js'), 'serve',
  ...process.argv.slice(2), '--no-open', '--json', '--port', String(port)], process.env['INIT_CWD'] ?? root, (text) => {
  const token = /#token=([\w-]+)/.exec(text)?.[1];
  // A restart makes a new token, so the page is opened anew from here.
  if (token !== undefined) process.stdout.write(`${page}#token=${token}\n`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    void vite.close().then(() => process.exit(0));
  });
}
