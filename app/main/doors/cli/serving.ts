// `acumen serve`: the browser host on one workspace, until it is told to stop.
import path from 'node:path';
import { AcumenError, toAcumenError } from '../../../contract/frames.ts';
import { locateServed, openServed } from '../../service/serving.ts';
import type { Platform } from '../../service/platform.ts';
import { attachSession } from '../../service/session.ts';
import { startHost } from '../browser/host.ts';
import { hasDisplay, openBrowser } from '../browser/open.ts';
import { clean } from './output.ts';
import { readerChoice } from './program.ts';
import type { Verb } from './program.ts';

/** Loaded when asked for. */
async function recorded(platform: Platform, file: string): Promise<() => void> {
  const { record } = await import('../../service/monitor/workload.ts');
  return record(platform, file);
}

export const serve: Verb = async ({ io, out, err, options, args }) => {
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) throw new AcumenError('usage', `${options.port} is not a port.`, 'Use --port with a number from 1 to 65535.');
  const located = await locateServed({ repo: args[0] ?? options.repo ?? null, store: options.store ?? null, cwd: io.cwd, env: io.env });
  const { workspace, platform, repository, importFirst, close } = await openServed(located, { env: io.env, git: readerChoice(options), what: 'serve' }, 'acumen serve REPO');
  const stopRecording = options.record === undefined ? () => {} : await recorded(platform, path.resolve(io.cwd, options.record));
  try {
    const host = await startHost({ ...port !== undefined && { port }, attach: (transport) => attachSession(workspace, transport), metrics: () => platform.monitor?.prometheus() ?? '' });
    try {
      if (options.json) await out.line(JSON.stringify({ url: host.url, port: host.port, repository }));
      else await out.line(`Acumen is serving ${out.style('strong', clean(repository))} at ${out.style('id', host.url)}`);
      await out.flush();
      if (options.open !== false && hasDisplay(io.env) && !await openBrowser(host.launchUrl())) {
        await err.line('No browser could be opened; use the address above.');
        await err.flush();
      }
      // Not awaited: the page shows it.
      importFirst().catch(async (error: unknown) => {
        const known = toAcumenError(error);
        await err.line(`${err.style('bad', 'error:')} ${clean(known.message)} (${known.code})`);
        await err.flush();
      });
      await new Promise<void>((resolve) => {
        if (io.interrupt.aborted) resolve();
        io.interrupt.addEventListener('abort', () => resolve());
      });
    } finally {
      await host.close();
    }
  } finally {
    stopRecording();
    await close();
  }
  return 0;
};
