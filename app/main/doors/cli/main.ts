// The command line's process: arguments in, exit status out. A first interrupt asks what runs to stop; a second ends at once.
import { run } from './program.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    interrupt.abort();
  });
}

// `npm run acumen` changes to the checkout's root; the person's relative paths are relative to where they stand.
const { env } = process;
const cwd = env['npm_lifecycle_event'] === 'acumen' && env['npm_package_name'] === 'acumen' ? env['INIT_CWD'] ?? process.cwd() : process.cwd();

process.exitCode = await run(process.argv.slice(2), { in: process.stdin, out: process.stdout, err: process.stderr, env, cwd, interrupt: interrupt.signal });
