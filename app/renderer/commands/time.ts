// Moments of the log: go there and back, bring one back, branch off, compare.
import * as past from '../app/past.ts';
import { useTime } from '../state/time.ts';
import { useWork } from '../state/work.ts';
import { verbLine } from './lines.ts';
import { always, away, noRepository } from './reasons.ts';
import type { Command } from './registry.ts';

/** The operation that a menu was opened on, else the one that is shown. */
const about = (): number | null => useTime.getState().marked ?? useTime.getState().at?.id ?? null;
const nowhere = (): string | null => away() ?? (about() === null ? 'No operation is chosen: go to one in the strip of time, or in the history.' : null);
const isNow = (): string | null => (useTime.getState().at === null ? 'This is now.' : null);
const operation = () => { const id = about(); return id === null ? undefined : useTime.getState().log[id - 1]; };
const on = (does: (id: number) => void) => (): void => { const id = about(); if (id !== null) does(id); };

async function step(by: number): Promise<void> {
  past.openTime();
  await past.readLog();
  const { at, going, log } = useTime.getState();
  await past.goTo((going ?? at?.id ?? log.length) + by);
}

export const timeCommands: readonly Command[] = [
  { id: 'work.show', title: 'Work: what runs, what waits, what ended lately', group: 'Repository', keys: ['Q'], scope: 'window', disabled: always,
    run: () => useWork.setState(({ open }) => ({ open: !open })) },
  { id: 'time.toggle', title: 'Time: go through earlier moments', group: 'History', keys: ['Shift+H'], scope: 'window', disabled: noRepository, run: past.toggleTime },
  { id: 'time.earlier', title: 'Time: one operation earlier', group: 'History', keys: [','], scope: 'window',
    disabled: () => noRepository() ?? (useTime.getState().at?.id === 1 ? 'This is the first operation.' : null), run: () => { void step(-1); } },
  { id: 'time.later', title: 'Time: one operation later', group: 'History', keys: ['.'], scope: 'window', disabled: isNow, run: () => { void step(1); } },
  { id: 'time.now', title: 'Time: back to now', group: 'History', keys: [], scope: 'window', disabled: isNow, run: past.goToNow },
  { id: 'time.go', title: 'Go there: show everything as this operation left it', group: 'History', keys: [], scope: 'window', menu: ['operation'],
    line: () => { const id = about(); return id === null ? null : verbLine('list', '--at', String(id)); }, disabled: nowhere,
    run: on((id) => { past.openTime(); void past.readLog().then(() => past.goTo(id)); }) },
  { id: 'time.compare', title: 'Compare with now', group: 'History', keys: [], scope: 'window', menu: ['operation'],
    line: () => { const id = about(); return id === null ? null : verbLine('compare', String(id), String(past.lastOperation())); },
    disabled: () => nowhere() ?? (about() === past.lastOperation() ? 'It is the last operation: nothing came since.' : null),
    run: on((id) => past.compare(id, past.lastOperation())) },
  { id: 'time.bringBack', title: 'Restore this moment: make everything as this operation left it', group: 'History', keys: [], scope: 'window',
    menu: ['operation'], line: () => { const id = about(); return id === null ? null : verbLine('return', String(id)); },
    disabled: () => nowhere() ?? (about() === past.lastOperation() ? 'Everything is so now.' : null), run: on((id) => { void past.bringBack(id); }) },
  {
    id: 'time.branchOff', title: 'Branch off: write what was composed then to a branch…', group: 'History', keys: [], scope: 'window', menu: ['operation'], disabled: nowhere,
    run: on((id) => { past.openTime(); void past.readLog().then(() => past.goTo(id)).then(() => useTime.setState(({ at }) => ({ branching: at !== null }))); }),
  },
  { id: 'time.copy', title: 'Copy its command line', group: 'History', keys: [], scope: 'window', menu: ['operation'],
    disabled: () => nowhere() ?? (operation()?.command == null ? 'This operation has no command line.' : null),
    run: () => { const it = operation(); if (it !== undefined) past.copyLine(it); } },
];
