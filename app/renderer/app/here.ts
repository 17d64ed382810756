// Which host shows this window.
import { browserPlatform } from './platform.browser.ts';
import { bridge, electronPlatform } from './platform.electron.ts';
import type { Platform } from './platform.ts';

const found = bridge();
export const platform: Platform = found === null ? browserPlatform : electronPlatform(found);
