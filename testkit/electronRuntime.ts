// A folder that electron-builder takes for Electron's Linux runtime: no program, but with the fuse wire in its place, so that
// packing, unpacking and flipping fuses run for real where no runtime can be had.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Electron 45 ships with: '1' on, '0' off, in the order of @electron/fuses' FuseV1Options. */
export const shippedFuses = '101110011';

export function stubRuntime(folder: string, version: string): void {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  // electronjs.org/docs/latest/tutorial/fuses: sentinel, version of the wire, number of fuses, a byte each
  const wire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, shippedFuses.length]), Buffer.from(shippedFuses)]);
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\necho "This is no Electron." >&2\nexit 3\n'), Buffer.alloc(64), wire, Buffer.alloc(64)]));
  chmodSync(join(folder, 'electron'), 0o755);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'icudtl.dat', 'resources.pak', 'locales/en-US.pak']) writeFileSync(join(folder, name), 'stub\n');
  writeFileSync(join(folder, 'version'), version);
}
