// `acumen serve`: the browser host on one workspace, until it is told to stop. The address is told before the store is open: a browser starts and
// fetches the page meanwhile, and what it asks waits.
import path from 'node:path';
import { AcumenError, toAcumenError } from '../../../contract/frames.ts';
import { gitDirOf, locateServed } from '../../service/locating.ts';
import type { Platform } from '../../service/platform.ts';
import { repositoryPath } from '../../service/place.ts';
import type { Served } from '../../service/serving.ts';
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
  const opening = Promise.withResolvers<Served>();
  let served: Served | null = null, stopRecording = (): void => {}, why: string | undefined;
  const open = async (): Promise<Served> => {
    const { openServed } = await import('../../service/serving.ts');
    served = await openServed(located, { env: io.env, git: readerChoice(options), what: 'serve' }, 'acumen serve REPO');
    if (options.record !== undefined) stopRecording = await recorded(served.platform, path.resolve(io.cwd, options.record));
    opening.resolve(served);
    return served;
  };
  const host = await startHost({
    ...port !== undefined && { port },
    attach: (transport) => { void opening.promise.then(({ attach }) => attach(transport)); },
    metrics: () => served?.platform.monitor?.prometheus() ?? '',
  });
  const { standByForFirst } = await import('../../service/ready.ts'), enough = standByForFirst(located.store);
  try {
    // of which repository a store is, it says itself
    const repository = located.repo === null ? (await open()).repository : repositoryPath(await gitDirOf(located.repo));
    if (options.json) await out.line(JSON.stringify({ url: host.url, port: host.port, repository }));
    else await out.line(`Acumen is serving ${out.style('strong', clean(repository))} at ${out.style('id', host.url)}`);
    await out.flush();
    if (options.open !== false && hasDisplay(io.env) && !await openBrowser(host.launchUrl())) {
      await err.line('No browser could be opened; use the address above.');
      await err.flush();
    }
    const { importFirst } = served ?? await open();
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
  } catch (error) {
    why = toAcumenError(error).message;
    throw error;
  } finally {
    await host.close(why);
    stopRecording();
    enough();
    await (served as Served | null)?.close();
  }
  return 0;
};
