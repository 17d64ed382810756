// The two-minute path through Acumen: its steps as data, each done by what the person does and not by a button that says so. It can be left at any time and
// taken up where it was. Pure but for the store.
import { create } from 'zustand';
import type { OperationKind } from '../../core/events.ts';
import type { Pane } from './room.ts';

/** What the window shows, as far as steps depend on it. */
export interface Scene {
  /** what is composed, as one text */
  readonly composed: string;
  readonly members: number;
  /** a largest set was found */
  readonly found: boolean;
  /** an ACU has the cursor that is not composed, while something is */
  readonly leftOut: boolean;
  readonly filtered: boolean;
  /** the last operation of the workspace */
  readonly operation: number;
  readonly kind: OperationKind | null;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** selectors of what it points at, the first that is there */
  readonly at: readonly string[];
  /** where that stands; null: in the window's bars */
  readonly pane: Pane | null;
  /** the command that does it, for its keys and for who would rather be shown */
  readonly command: string | null;
  /** whether what the person did since the step began was it; null: it is read, and gone on from by hand */
  readonly isDone: ((now: Scene, began: Scene) => boolean) | null;
}

const changed = (now: Scene, began: Scene): boolean => now.composed !== began.composed;

export const steps: readonly Step[] = [
  {
    id: 'counts', title: 'What is here', pane: 'sources', at: ['.marks', '[data-testid="acu-list"]'], command: null,
    text: 'Every change in flight, as ACUs (atomic change units: the smallest sets of edits that make sense by themselves): how many fit what you compose, conflict, are at risk or need a rebase. Press a count to see only those; press it again to see all.',
    isDone: (now, began) => now.filtered !== began.filtered,
  },
  {
    id: 'largest', title: 'The most that goes together', pane: 'composition', at: ['[data-command="composition.largest"]'], command: 'composition.largest',
    text: 'One search for the largest set that composes, with a proof: what it weighs, and what no set can exceed.', isDone: (now) => now.found,
  },
  { id: 'take', title: 'Compose it', pane: 'composition', at: ['[data-testid="largest-take"]', '[data-testid="largest"]'], command: 'composition.takeLargest',
    text: 'It becomes one tree, in memory alone: your repository is as it was.', isDone: (now) => now.members > 0 },
  {
    id: 'why', title: 'Why is this one not in it?', pane: 'sources', at: ['[data-testid="acu-list"] [data-mark="conflicts"]', '[data-testid="acu-list"]'], command: null,
    text: 'Choose an ACU with a cross: one that was left out. The inspector says what keeps it out, and what a swap would cost.', isDone: (now) => now.leftOut,
  },
  {
    id: 'swap', title: 'Have it instead', pane: 'inspector', at: ['[data-testid="why-not-swap"]', '[data-testid="why-not"]'], command: null,
    text: 'A swap takes out the few it conflicts with and puts it in: one operation. Or leave it: choose “Go on”.', isDone: changed,
  },
  { id: 'diff', title: 'What did I get?', pane: 'inspector', at: ['#inspector-composed'], command: 'view.composed',
    text: 'The composed tree against the base, file by file, with who brought each line. Go on when you have seen enough.', isDone: null },
  {
    id: 'write', title: 'A branch', pane: 'composition', at: ['[data-testid="branch-name"]', '[data-testid="branch-write"]'], command: 'composition.write',
    text: 'Write it as a branch of your repository: objects and one ref, nothing else is touched.', isDone: (now, began) => now.operation !== began.operation && now.kind === 'write-branch',
  },
  { id: 'undo', title: 'And back', pane: null, at: ['.topbar [data-command="history.undo"]'], command: 'history.undo',
    text: 'Everything can be undone, the branch as well, also tomorrow after a restart.',
    isDone: (now, began) => now.operation !== began.operation && now.kind === 'undo' },
];

export interface GuideState {
  /** the step that is shown; null: it is not under way */
  readonly at: number | null;
  /** where it was left; `steps.length`: it was gone to its end */
  readonly reached: number;
}

const KEY = 'acumen.guide';

export function rememberedGuide(text: string | null): number {
  const reached = Number(text ?? 'none');
  return Number.isInteger(reached) && reached >= 0 && reached <= steps.length ? reached : 0;
}

function remembered(): number {
  try { return rememberedGuide(localStorage.getItem(KEY)); } catch { return 0; }
}

export const useGuide = create<GuideState>(() => ({ at: null, reached: typeof localStorage === 'undefined' ? 0 : remembered() }));

function reach(reached: number): void {
  useGuide.setState({ reached });
  try { localStorage.setItem(KEY, String(reached)); } catch { /* not kept, then */ }
}

/** From where it was left, or from the beginning once it was gone to its end. */
export const begin = (): void => useGuide.setState(({ reached }) => ({ at: reached >= steps.length ? 0 : reached }));
export const leave = (): void => useGuide.setState({ at: null });

/** To the next step; after the last it is over. */
export function goOn(): void {
  const { at } = useGuide.getState();
  if (at === null) return;
  reach(at + 1);
  useGuide.setState({ at: at + 1 < steps.length ? at + 1 : null });
}

export function goBack(): void {
  useGuide.setState(({ at }) => ({ at: at === null ? null : Math.max(0, at - 1) }));
}
