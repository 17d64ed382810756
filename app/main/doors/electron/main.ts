// Where the app starts. Main opens windows and brokers ports; it does no work: that is the services' (service.ts), each a process.
// Nothing here waits at the top level, because Electron is ready only after this module has run.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, dialog, protocol, session } from 'electron';
import { toAcumenError } from '../../../contract/frames.ts';
import { dataFolder, version } from '../../service/place.ts';
import { readBuiltFiles } from '../../service/screen.ts';
import { decodeAsked, ownArguments, parseArguments } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { guardApp, guardSession } from './guard.ts';
import { answerPage, privileges, scheme } from './rules.ts';
import { Windows } from './windows.ts';
import { refusal, visible } from './words.ts';

app.enableSandbox();
app.setName('Acumen');
protocol.registerSchemesAsPrivileged([{ scheme, privileges }]);
guardApp(app);

/** What ends the app before there is a window: in words, on the screen and in the terminal. */
async function fail(problem: unknown): Promise<void> {
  const known = toAcumenError(problem), { message, detail } = refusal(known);
  process.stderr.write(`error: ${message} (${known.code})\nhint: ${detail}\n`);
  await app.whenReady();
  dialog.showErrorBox(message, detail);
  app.exit(known.exitCode);
}

/** Chromium's own files (the page's settings, caches) lie beside the stores; two data folders are two apps. */
function ownFolder(): void {
  const folder = path.join(dataFolder(), 'window');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
}

function begin({ asked, git, left }: Arguments): void {
  if (!app.requestSingleInstanceLock({ asked })) {
    process.stdout.write('Acumen is open already: what was asked for is shown there.\n');
    app.exit(0);
    return;
  }
  for (const option of left) process.stderr.write(`${visible(option)} is no option of Acumen's; it is left to Electron.\n`);

  let windows: Windows | null = null;
  /** folders that the system asked for before there was a window to show them */
  const early: string[] = [];
  app.on('open-file', (event, file) => {
    event.preventDefault();
    if (windows === null) early.push(file); else windows.openFolder(file);
  });
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const wanted = decodeAsked(data);
    if (wanted === null) process.stderr.write('A second start sent what this version does not know.\n');
    if (wanted?.asked == null) windows?.focus(); else windows?.open(wanted.asked);
  });
  app.on('activate', () => { if (windows?.count === 0) windows.openUsual(); });
  app.on('window-all-closed', () => { if (process.platform !== 'darwin' && windows?.count === 0) app.quit(); });
  // The app ends after its services, and they after their stores are closed.
  app.on('will-quit', (event) => {
    if (windows === null || windows.ended) return;
    event.preventDefault();
    void windows.stop().then(() => app.exit(0));
  });
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    if (reason !== 'clean-exit') process.stderr.write(`A process of Electron ended: ${name ?? type}, ${reason} (${exitCode}).\n`);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());

  app.whenReady().then(async () => {
    app.setAboutPanelOptions({ applicationName: 'Acumen', applicationVersion: version(), credits: 'Compositional version control.', copyright: 'MIT licence' });
    guardSession(session.defaultSession);
    const files = readBuiltFiles();
    protocol.handle(scheme, (request) => {
      const { status, headers, body } = answerPage(files, request);
      return new Response(body, { status, headers });
    });
    windows = new Windows(git);
    if (asked !== null) windows.open(asked);
    for (const folder of early) windows.openFolder(folder);
    if (windows.count === 0) windows.openUsual();
  }).catch(fail);
}

try {
  ownFolder();
  begin(parseArguments(ownArguments(process.argv, app.isPackaged), process.cwd()));
} catch (error) {
  void fail(error);
}
