// The menu as data: what Electron does by role, what main does (open a folder), and commands of the page, by the names that its
// own registry has (contract/bridge.ts).
import path from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { menuCommands } from '../../../contract/bridge.ts';
import type { MenuCommand, RecentRepository } from '../../../contract/bridge.ts';

export interface MenuDoes {
  command(id: MenuCommand): void;
  openFolder(): void;
  openRecent(repository: string): void;
  /** those that are not there */
  forgetGone(): void;
  openLink(): void;
}

type Items = MenuItemConstructorOptions[];

/** `recent`: newest first. `tools`: the developer tools, for work on Acumen itself. */
export function menuTemplate(does: MenuDoes, { mac, recent, tools }: { readonly mac: boolean; readonly recent: readonly RecentRepository[]; readonly tools: boolean }): Items {
  const commands = (...ids: readonly MenuCommand[]): Items => ids.map((id) => {
    const { title, keys } = menuCommands[id];
    return {
      id, label: title,
      // Shown, not registered: the page hears its keys itself, and knows when they are typed into a field.
      ...(keys === null ? {} : { accelerator: keys.replace('Mod', 'CmdOrCtrl'), registerAccelerator: false }),
      click: () => does.command(id),
    };
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const about: MenuItemConstructorOptions = { role: 'about', label: 'About Acumen' };
  return [
    ...(mac ? [{ label: 'Acumen', submenu: [about, line, { role: 'services' }, line, { role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, line, { role: 'quit' }] as Items }] : []),
    {
      label: '&File',
      submenu: [
        { id: 'open-folder', label: 'Open Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: () => does.openFolder() },
        {
          label: 'Open Recent', enabled: recent.length > 0,
          submenu: [
            ...recent.map(({ repository, isThere }) => ({ label: literally(`${path.basename(repository)}  (${repository})${isThere ? '' : ': not there any more'}`), enabled: isThere, click: () => does.openRecent(repository) })),
            ...recent.every(({ isThere }) => isThere) ? [] : [line, { id: 'forget-gone', label: 'Forget Those Not There Any More', click: () => does.forgetGone() }],
          ],
        },
        line,
        ...commands('repository.import', 'repository.refresh', 'repository.cancel', 'repository.fsck'),
        line,
        ...commands('help.settings', 'work.show'),
        line,
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [{ role: 'undo', label: 'Undo Typing' }, { role: 'redo', label: 'Redo Typing' }, line, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    },
    { label: '&Composition', submenu: [...commands('composition.addFitting', 'composition.remove', 'composition.clear'), line, ...commands('composition.largest', 'recipes.show'), line, ...commands('composition.write')] },
    { label: '&History', submenu: [...commands('history.undo', 'history.redo'), line, ...commands('history.show', 'time.toggle', 'history.copy')] },
    {
      label: '&View',
      submenu: [
        ...commands('view.compose', 'view.conflicts', 'view.collaboration', 'view.performance', 'view.search', 'view.graph', 'view.diff'),
        line,
        ...commands('view.sources', 'view.inspector'),
        line,
        ...commands('view.theme.system', 'view.theme.light', 'view.theme.dark'),
        line,
        { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' },
        ...(tools ? [line, { role: 'reload' }, { role: 'toggleDevTools' }] as Items : []),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      label: '&Help',
      submenu: [...commands('help.palette', 'help.keys', 'help.guide'), line, { label: 'What git merges how (git-scm.com)', click: () => does.openLink() }, ...(mac ? [] : [line, about])],
    },
  ];
}

/** A folder's name as it is: `&` would underline what follows. */
function literally(text: string): string {
  return text.replaceAll('&', '&&');
}
