// A GPU for tests on machines without one: Chromium's software Vulkan (SwiftShader), loader and driver, for Dawn in Node. Nobody else gets it:
// it computes on the processor, more slowly than plain code does.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from '../scripts/chromium.ts';

/** What a process must be started with to find it; else why there is none, in a sentence. */
export function softwareGpu(): { readonly env: Readonly<Record<string, string>> } | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: 'Chromium\'s software Vulkan is looked for on Linux alone' };
  const found = findChromium();
  // Debian's starts by a script elsewhere; Playwright's and Google's lie beside their libraries.
  const folder = (found === null ? [] : [path.dirname(found), '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'])
    .find((one) => existsSync(path.join(one, 'vk_swiftshader_icd.json')) && existsSync(path.join(one, 'libvulkan.so.1')));
  if (folder === undefined) return { missing: 'there is no Chromium with a software Vulkan beside it (libvulkan.so.1, vk_swiftshader_icd.json)' };
  return { env: { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json') } };
}
