// What the desktop would show, as data: dialogs wait until the journeys answer them, links that were opened are listed, one display.
import { link } from './link.ts';
import { Emitter, NotInTheDouble, refusing } from './refuse.ts';
import { display } from './window.ts';

/** A dialog that a person would see now. `answer` closes it. */
export interface Shown { readonly kind: 'open' | 'message' | 'error'; readonly options: Readonly<Record<string, unknown>>; answer(value: unknown): void }
export const shown: Shown[] = [];
/** what was handed to the person's browser or file manager */
export const opened: string[] = [];

function show<T>(kind: Shown['kind'], options: object, signal?: AbortSignal, cancelled?: T): Promise<T> {
  return new Promise((resolve) => {
    const one: Shown = { kind, options: { ...options }, answer: (value) => { const at = shown.indexOf(one); if (at >= 0) shown.splice(at, 1); resolve(value as T); } };
    shown.push(one);
    signal?.addEventListener('abort', () => { one.answer(cancelled); });
  });
}
const optionsOf = <T>(a: unknown, b?: T): T => b ?? a as T;

export const dialog = refusing<Electron.Dialog>('dialog', {
  showOpenDialog: (a: unknown, b?: Electron.OpenDialogOptions) => show<Electron.OpenDialogReturnValue>('open', optionsOf(a, b)),
  showMessageBox: (a: unknown, b?: Electron.MessageBoxOptions) => {
    const options = optionsOf(a, b);
    return show<Electron.MessageBoxReturnValue>('message', { ...options, signal: undefined }, options.signal, { response: options.cancelId ?? 0, checkboxChecked: false });
  },
  showErrorBox(title, content) { process.stderr.write(`${title}\n${content}\n`); void show('error', { title, content }); },
} satisfies Partial<Electron.Dialog>);

export const shell = refusing<Electron.Shell>('shell', {
  openExternal(url) { opened.push(url); return Promise.resolve(); },
  showItemInFolder(path) { opened.push(path); },
  openPath(path) { opened.push(path); return Promise.resolve(''); },
  beep() { /* nobody hears it */ },
} satisfies Partial<Electron.Shell>);

class Theme extends Emitter implements Pick<Electron.NativeTheme, 'themeSource' | 'shouldUseDarkColors' | 'shouldUseHighContrastColors' | 'shouldUseInvertedColorScheme' | 'inForcedColorsMode' | 'prefersReducedTransparency'> {
  private source: Electron.NativeTheme['themeSource'] = 'system';
  readonly shouldUseInvertedColorScheme = false;
  readonly prefersReducedTransparency = false;
  constructor() { super('nativeTheme', ['updated']); }
  get inForcedColorsMode(): boolean { return process.env['DOUBLE_FORCED_COLORS'] === 'active'; }
  get shouldUseHighContrastColors(): boolean { return this.inForcedColorsMode; }
  get shouldUseDarkColors(): boolean { return (this.source === 'system' ? process.env['DOUBLE_COLOR_SCHEME'] : this.source) === 'dark'; }
  get themeSource(): Electron.NativeTheme['themeSource'] { return this.source; }
  set themeSource(to: Electron.NativeTheme['themeSource']) {
    if (!['system', 'light', 'dark'].includes(to)) throw new TypeError(`Error processing argument: ${to}`);
    this.source = to;
    void link.call('theme', this.shouldUseDarkColors ? 'dark' : 'light');
    this.emit('updated');
  }
}
export const nativeTheme = refusing<Electron.NativeTheme>('nativeTheme', new Theme());

const theDisplay = (): Electron.Display => refusing<Electron.Display>('Display', { id: 1, scaleFactor: 1, rotation: 0, internal: true, bounds: { ...display.bounds }, workArea: { ...display.workArea }, size: { width: display.bounds.width, height: display.bounds.height }, workAreaSize: { width: display.workArea.width, height: display.workArea.height } } satisfies Partial<Electron.Display>);
export const screen = refusing<Electron.Screen>('screen', Object.assign(new Emitter('screen', ['display-added', 'display-removed', 'display-metrics-changed']), {
  getPrimaryDisplay: theDisplay,
  getAllDisplays: () => [theDisplay()],
  getDisplayMatching: theDisplay,
  getDisplayNearestPoint: theDisplay,
  getCursorScreenPoint: () => { throw new NotInTheDouble('pointer on the desktop'); },
} satisfies Partial<Electron.Screen>));
