// Menus as data: built from templates, read and clicked by the journeys. Nothing is drawn, and no key but the page's own is heard.
import { BrowserWindow } from './window.ts';
import { NotInTheDouble, refusing } from './refuse.ts';

type Template = Electron.MenuItemConstructorOptions;
let seen = 0;

class Item implements Pick<Electron.MenuItem, 'id' | 'label' | 'sublabel' | 'type' | 'role' | 'accelerator' | 'enabled' | 'visible' | 'checked' | 'submenu' | 'commandId' | 'click'> {
  readonly id: string;
  label: string;
  readonly sublabel: string;
  readonly type: Electron.MenuItem['type'];
  readonly role: Electron.MenuItem['role'];
  readonly accelerator: Electron.MenuItem['accelerator'];
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly submenu?: Electron.Menu;
  readonly commandId = ++seen;
  readonly click: Electron.MenuItem['click'];

  constructor(of: Template) {
    const role = of.role as Electron.MenuItem['role'];
    if (of.type === undefined && of.label === undefined && role === undefined) throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    this.id = of.id ?? '';
    this.role = role;
    this.label = of.label ?? role ?? '';
    this.sublabel = of.sublabel ?? '';
    this.type = of.type ?? (of.submenu === undefined ? 'normal' : 'submenu');
    this.accelerator = of.accelerator as Electron.MenuItem['accelerator'];
    this.enabled = of.enabled ?? true;
    this.visible = of.visible ?? true;
    this.checked = of.checked ?? false;
    if (of.submenu !== undefined) this.submenu = Array.isArray(of.submenu) ? Menu.buildFromTemplate(of.submenu) : of.submenu as Electron.Menu;
    this.click = (event?: Electron.KeyboardEvent, window = BrowserWindow.getFocusedWindow() ?? undefined) => {
      if (!this.enabled) return;
      if (this.type === 'checkbox') this.checked = !this.checked;
      if (role !== undefined) { byRole(role, window as Electron.BrowserWindow | undefined); return; }
      of.click?.(whole as Electron.MenuItem, window as Electron.BrowserWindow | undefined, event ?? { triggeredByAccelerator: false });
    };
    const whole = refusing<Electron.MenuItem>('MenuItem', this);
    return whole as unknown as this;
  }
}

let quit: () => void = () => {};
export const onQuitRole = (run: () => void): void => { quit = run; };
function byRole(role: string, window: Electron.BrowserWindow | undefined): void {
  switch (role.toLowerCase()) {
    case 'quit': quit(); return;
    case 'close': window?.close(); return;
    case 'minimize': window?.minimize(); return;
    case 'togglefullscreen': window?.setFullScreen(!window.isFullScreen()); return;
    case 'reload': window?.webContents.reload(); return;
    default: throw new NotInTheDouble(`menu role ${role} that does something`);
  }
}

class MenuItself implements Pick<Electron.Menu, 'items' | 'append' | 'getMenuItemById'> {
  readonly items: Electron.MenuItem[] = [];
  constructor() { return refusing<Electron.Menu>('Menu', this) as unknown as this; }
  append(item: Electron.MenuItem): void { this.items.push(item); }
  getMenuItemById(id: string): Electron.MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}

let ofApp: Electron.Menu | null = null;
export const Menu = refusing<typeof Electron.Menu>('Menu', Object.assign(MenuItself, {
  buildFromTemplate(template: readonly (Template | Electron.MenuItem)[]) {
    const menu = new MenuItself();
    for (const one of template) menu.append((one instanceof Item ? one : new Item(one as Template)) as unknown as Electron.MenuItem);
    return menu as unknown as Electron.Menu;
  },
  setApplicationMenu: (menu: Electron.Menu | null) => { ofApp = menu; },
  getApplicationMenu: () => ofApp,
} satisfies Partial<typeof Electron.Menu>));
export const MenuItem = refusing<typeof Electron.MenuItem>('MenuItem', Item);
