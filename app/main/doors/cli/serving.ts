// `acumen serve`: the browser host on one workspace, until it is told to stop.
import { AcumenError, toAcumenError } from '../../../contract/frames.ts';
import { gitDirOf, locate } from '../../service/locating.ts';
import { repositoryPath } from '../../service/place.ts';
import { sampleRepository } from '../../service/sampling.ts';
import { attachSession } from '../../service/session.ts';
import { startHost } from '../browser/host.ts';
import { hasDisplay, openBrowser } from '../browser/open.ts';
import { clean } from './output.ts';
import { createWorkspace } from './opening.ts';
import type { Verb } from './program.ts';

export const serve: Verb = async ({ io, out, err, options, args }) => {
  const port = Number(options.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new AcumenError('usage', `${options.port} is not a port.`, 'Use --port with a number from 1 to 65535.');
  const asked = args[0] ?? options.repo ?? null;
  const sample = asked === null && options.store === undefined ? await sampleRepository(io.env) : null;
  const located = await locate({ repo: asked ?? sample, store: options.store ?? null, cwd: io.cwd, env: io.env });
  if (located.repo !== null) await gitDirOf(located.repo); // a path that is no repository is refused before anything is served

  const workspace = await createWorkspace(located, { io, options });
  try {
    const { gitDir, published } = workspace.view.state;
    if (located.repo === null && gitDir === null) throw new AcumenError('usage', 'This store has no repository yet.', 'Run `acumen serve REPO --store FILE`.', { store: located.store });
    const host = await startHost({ port, attach: (transport) => attachSession(workspace, transport) });
    try {
      const repository = gitDir === null ? located.repo! : repositoryPath(gitDir);
      if (options.json) await out.line(JSON.stringify({ url: host.url, port: host.port, repository }));
      else await out.line(`Acumen is serving ${out.style('strong', clean(repository))} at ${out.style('id', host.url)}`);
      await out.flush();
      if (options.open !== false && hasDisplay(io.env) && !await openBrowser(host.launchUrl())) {
        await err.line('No browser could be opened; use the address above.');
        await err.flush();
      }
      // A first import, not awaited: the page shows its progress and may cancel it. Later ones are the person's to ask for, because
      // each is an operation that undo takes back.
      if (published === null) {
        workspace.call('import', { path: located.repo, base: null, refs: [], grain: 'branch', ticket: 'first-import' }).catch(async (error: unknown) => {
          const known = toAcumenError(error);
          if (known.code === 'cancelled') return;
          await err.line(`${err.style('bad', 'error:')} ${clean(known.message)} (${known.code})`);
          await err.flush();
        });
      }
      await new Promise<void>((resolve) => {
        if (io.interrupt.aborted) resolve();
        io.interrupt.addEventListener('abort', () => resolve());
      });
    } finally {
      await host.close();
    }
  } finally {
    await workspace.close();
  }
  return 0;
};
