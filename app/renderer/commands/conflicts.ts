// What can be done about the conflict that is chosen.
import { copy } from '../app/actions.ts';
import { pathOf } from '../app/conflicts.ts';
import { decide } from '../app/deciding.ts';
import { chosen } from '../state/composition.ts';
import { typedPath, useConflictQuery } from '../state/conflicts.ts';
import { complain } from '../state/notices.ts';
import { useSelection } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { display } from '../../core/bytes.ts';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import { namesOf, verbLine } from './lines.ts';
import { away } from './reasons.ts';
import type { Command } from './registry.ts';

const here = () => useConflictQuery.getState().chosen;
const nothing = (): string | null => (here() === null ? 'No conflict is chosen.' : null);
const parties = (): readonly AcuId[] => { const it = here(); return it === null ? [] : it.b === 'base' ? [it.a] : [it.a, it.b]; };
function withPath(then: (path: PathBytes) => unknown): void { pathOf(here()!.path).then(then).catch(complain); }
/** The side that is not composed: to decide is to bring it in. */
function toDecide(): AcuId | null {
  const inside = new Set(chosen()), all = parties();
  return all.find((id) => !inside.has(id)) ?? all.at(-1) ?? null;
}
const undecidable = (): string | null => {
  const it = here();
  if (it === null) return 'No conflict is chosen.';
  if (it.verdict === 'risk') return 'Nothing is to be decided: both can stand.';
  return it.b !== 'base' && !parties().some((id) => new Set(chosen()).has(id)) ? 'Compose one of the two first: what is decided is how the other joins it.' : null;
};

export const conflictCommands: readonly Command[] = [
  { id: 'conflict.decide', title: 'Decide the chosen conflict by hand…', brief: 'Decide…', group: 'Composition', keys: [], scope: 'window', menu: ['conflict'],
    changes: true, disabled: () => away() ?? undecidable(),
    run: () => { const id = toDecide(); if (id !== null) { useUi.setState({ tab: 'compose', inspector: 'decide' }); void decide(id); } } },
  { id: 'conflict.parties', title: 'Select the two sides of the chosen conflict', brief: 'Select both sides', group: 'Selection', keys: [], scope: 'window',
    menu: ['conflict'], disabled: nothing,
    run: () => { const all = parties(); useSelection.setState({ selected: new Set(all), cursor: all[0]!, anchor: all[0]! }); useUi.setState({ tab: 'compose', inspector: 'acu' }); } },
  { id: 'conflict.samePath', title: 'Show all conflicts of the chosen one’s path', brief: 'Conflicts of this path', group: 'View', keys: [], scope: 'window',
    menu: ['conflict'], disabled: nothing, run: () => { withPath((path) => useConflictQuery.setState({ text: typedPath(path), acus: null })); } },
  { id: 'conflict.samePair', title: 'Show all conflicts of the chosen one’s first side', brief: 'Conflicts of its first side', group: 'View', keys: [],
    scope: 'window', menu: ['conflict'], disabled: nothing,
    line: () => { const id = here()?.a; return id === undefined ? null : verbLine('conflicts', '--acu', namesOf([id])[0] ?? id); },
    run: () => useConflictQuery.setState({ acus: [here()!.a], text: '' }) },
  { id: 'conflict.copyPath', title: 'Copy the path of the chosen conflict', brief: 'Copy the path', group: 'View', keys: [], scope: 'window', menu: ['conflict'],
    disabled: nothing, run: () => { withPath((path) => copy(display(path), 'the path')); } },
];
