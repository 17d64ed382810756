// `npm run package [-- electron-builder's arguments]`: the window's package for this platform, unpacked, in out/. Takes the runtime
// of ELECTRON_OVERRIDE_DIST_PATH where it is set; else electron-builder fetches the one that package-lock.json pins.
import { existsSync } from 'node:fs';
import { at, root, runNode } from './steps.ts';

const here = { linux: '--linux', darwin: '--mac', win32: '--win' }[process.platform as string];
const runtime = process.env['ELECTRON_OVERRIDE_DIST_PATH'];

if (here === undefined) {
  process.stderr.write(`Acumen has no package for ${process.platform}: npm start -- --browser runs it there.\n`);
  process.exitCode = 3;
} else if (runtime !== undefined && !existsSync(runtime)) {
  process.stderr.write(`ELECTRON_OVERRIDE_DIST_PATH names ${runtime}, which is not there.\n`);
  process.exitCode = 3;
} else {
  process.chdir(root);
  process.exitCode = await runNode('scripts/build.ts')
    || await runNode('node_modules/electron-builder/cli.js', [
      here, 'dir', '--publish', 'never', '--config', at('electron-builder.yml'), ...(runtime === undefined ? [] : [`-c.electronDist=${runtime}`]), ...process.argv.slice(2),
    ]);
}
