// `npm start [-- REPO] [--port N] [--no-open]`: the verb `serve` of the built command line; without REPO, on the sample.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at } from './steps.ts';

/** Options of `serve` that take a value, so that the value is not mistaken for REPO. */
const valued = new Set(['--port', '--store', '--repo', '--git', '--base', '--refs', '--grain']);

/** REPO may stand anywhere; a person's relative path is seen from where npm was called. */
export function serveArguments(given: readonly string[], cwd: string): string[] {
  const rest: string[] = [];
  let repository: string | null = null;
  for (let i = 0; i < given.length; i++) {
    const one = given[i]!;
    if (one.startsWith('-')) {
      rest.push(one);
      if (valued.has(one) && i + 1 < given.length) rest.push(given[++i]!);
    } else if (repository === null) {
      repository = one;
    } else {
      throw new Error(`One repository at a time: ${repository} or ${one}?`);
    }
  }
  return ['serve', ...(repository === null ? [] : ['--repo', resolve(cwd, repository)]), ...rest];
}

if (process.argv[1] === import.meta.filename) {
  const main = at('dist/app/main/doors/cli/main.js');
  if (!existsSync(main)) {
    process.stderr.write('Acumen is not built yet: run npm run build, then npm start again.\n');
    process.exitCode = 3;
  } else {
    process.stderr.write('This opens Acumen in a browser; its own window (Electron) comes with issue B.\n');
    process.argv = [process.execPath, main, ...serveArguments(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd())];
    await import(pathToFileURL(main).href);
  }
}
