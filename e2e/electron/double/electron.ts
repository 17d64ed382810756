// What `import … from 'electron'` is in main under the double. A name that is not here does not link, and says so.
export { app } from './app.ts';
export { dialog, nativeTheme, screen, shell } from './desktop.ts';
export { ipcMain } from './ipc.ts';
export { Menu, MenuItem } from './menu.ts';
export { protocol } from './origin.ts';
export { session } from './session.ts';
export { utilityProcess } from './utility.ts';
export { BrowserWindow, webContents } from './window.ts';
import { channel } from './ports.ts';

/** Only main makes channels of its own. */
export const MessageChannelMain = class {
  readonly port1: Electron.MessagePortMain;
  readonly port2: Electron.MessagePortMain;
  constructor() { ({ port1: this.port1, port2: this.port2 } = channel()); }
} satisfies typeof Electron.MessageChannelMain;
