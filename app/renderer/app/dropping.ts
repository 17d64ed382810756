// Folders dropped on the window from outside: opened where the host can, and never loaded in place of this page.
import { news } from '../state/notices.ts';
import { platform } from './here.ts';

export function listenToDrops(): () => void {
  const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  const shown = (on: boolean): void => { if (on) document.documentElement.dataset['dropping'] = ''; else delete document.documentElement.dataset['dropping']; };
  const over = (event: DragEvent): void => {
    if (!isFiles(event)) return;
    event.preventDefault();
    event.dataTransfer!.dropEffect = platform.openDropped === null ? 'none' : 'copy';
    shown(platform.openDropped !== null);
  };
  const leave = (event: DragEvent): void => { if (event.relatedTarget === null) shown(false); };
  const drop = (event: DragEvent): void => {
    shown(false);
    if (!isFiles(event)) return;
    event.preventDefault();
    const { openDropped } = platform;
    if (openDropped === null) { news('A browser does not tell where a dropped folder is: paste its path instead.'); return; }
    for (const file of event.dataTransfer!.files) openDropped(file);
  };
  window.addEventListener('dragover', over);
  window.addEventListener('dragleave', leave);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('dragleave', leave);
    window.removeEventListener('drop', drop);
  };
}
