// What is dropped on the window from outside, never loaded in place of this page: folders are opened where the host can, patch
// files become sources by their text, for a browser does not tell where they are.
import { visible } from '../../core/visible.ts';
import { limits } from '../../contract/methods.ts';
import { useConnection } from '../state/connection.ts';
import { news } from '../state/notices.ts';
import { addPatches } from './actions.ts';
import { platform } from './here.ts';

const PATCH = /\.(?:patch|diff|mbox|eml)$/i;

async function addDropped(files: readonly File[]): Promise<void> {
  if (useConnection.getState().repository === null) { news('Import a repository first; then drop the patch again.'); return; }
  const large = files.find((file) => file.size > limits.patchText);
  if (large !== undefined) { news(`${visible(large.name)} is too large to drop: name its path instead.`); return; }
  await addPatches(await Promise.all(files.map(async (file) => ({ name: file.name, text: new Uint8Array(await file.arrayBuffer()) }))));
}

export function listenToDrops(): () => void {
  const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  const shown = (on: boolean): void => { if (on) document.documentElement.dataset['dropping'] = ''; else delete document.documentElement.dataset['dropping']; };
  const over = (event: DragEvent): void => {
    if (!isFiles(event)) return;
    event.preventDefault();
    // what is dropped can be a patch, which every host takes; its name is not told before
    event.dataTransfer!.dropEffect = 'copy';
    shown(platform.openDropped !== null);
  };
  const leave = (event: DragEvent): void => { if (event.relatedTarget === null) shown(false); };
  const drop = (event: DragEvent): void => {
    shown(false);
    if (!isFiles(event)) return;
    event.preventDefault();
    const patches = [...event.dataTransfer!.files].filter((file) => PATCH.test(file.name));
    if (patches.length > 0) { void addDropped(patches); return; }
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
