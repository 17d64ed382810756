// What the performance console shows, as a value: the newest report, the range of time on screen, what it is compared with, and whether it stands
// still. Asking the service is app/performance.ts's; drawing is panels/performance's, which is loaded when first opened.
import { create } from 'zustand';
import type { LoadState, StatsReport } from '../../contract/performance.ts';

export const sections = ['overview', 'operations', 'caches', 'workers', 'events', 'memory', 'decisions', 'alerts', 'history', 'slowest'] as const;
export type Section = (typeof sections)[number];
export const sectionNames: Readonly<Record<Section, string>> = {
  overview: 'Overview', operations: 'Operations', caches: 'Caches', workers: 'Workers', events: 'Events', memory: 'Memory & CPU', decisions: 'Decisions', alerts: 'Alerts', history: 'History', slowest: 'Slowest',
};

/** ms since the epoch */
export interface Span { readonly from: number; readonly to: number }
/** Lengths of the moving range, in seconds. */
export const lengths = [60, 300, 900, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 90 * 86_400] as const;
export type Comparison = 'none' | 'before' | 'hour' | 'day' | 'week' | 'pinned';

export interface PerformanceState {
  /** `asking`: the first report is on its way */
  readonly status: 'asking' | 'here' | 'failed';
  readonly failure: string | null;
  readonly section: Section;
  /** what is on screen; stays where it is while paused */
  readonly report: StatsReport | null;
  /** the newest that came, also while paused */
  readonly newest: number | null;
  readonly paused: boolean;
  /** seconds */
  readonly length: number;
  /** a range that does not move, chosen by brushing; null: the last `length` seconds */
  readonly zoom: Span | null;
  readonly zooms: readonly (Span | null)[];
  readonly compare: Comparison;
  readonly pinned: Span | null;
  readonly asTable: boolean;
  /** the moment pointed at in every chart */
  readonly cursor: number | null;
  readonly operation: string | null;
  readonly load: LoadState | null;
  /** the load generator's form */
  readonly loadOpen: boolean;
  /** load that was put on while this window looked on */
  readonly loads: readonly Span[];
}

export const emptyPerformance: PerformanceState = {
  status: 'asking', failure: null, section: 'overview', report: null, newest: null, paused: false, length: 300, zoom: null, zooms: [], compare: 'none', pinned: null,
  asTable: false, cursor: null, operation: null, load: null, loadOpen: false, loads: [],
};
export const usePerformance = create<PerformanceState>(() => emptyPerformance);

/** The range on screen; null before the first report. */
export function shownSpan({ zoom, report, length }: Pick<PerformanceState, 'zoom' | 'report' | 'length'>): Span | null {
  return zoom ?? (report === null ? null : { from: report.at - length * 1000, to: report.at });
}

/** How far back the compared range lies, in ms; null where nothing is compared. */
export function shiftOf({ compare, pinned }: Pick<PerformanceState, 'compare' | 'pinned'>, span: Span): number | null {
  switch (compare) {
    case 'none': return null;
    case 'before': return span.to - span.from;
    case 'hour': return 3_600_000;
    case 'day': return 86_400_000;
    case 'week': return 7 * 86_400_000;
    case 'pinned': return pinned === null ? null : span.to - pinned.to;
  }
}

export function zoomTo(span: Span): void {
  const from = Math.floor(Math.min(span.from, span.to) / 1000) * 1000, to = Math.ceil(Math.max(span.from, span.to) / 1000) * 1000;
  if (to - from < MIN_ZOOM) return;
  usePerformance.setState(({ zoom, zooms }) => ({ zoom: { from, to }, zooms: [...zooms, zoom].slice(-50), cursor: null }));
}

/** Back to the range before the last zoom. */
export function zoomBack(): void {
  usePerformance.setState(({ zooms }) => ({ zoom: zooms.at(-1) ?? null, zooms: zooms.slice(0, -1), cursor: null }));
}
/** Five points of the finest step. */
const MIN_ZOOM = 5000;

/** A new report: on screen at once, unless the screen stands still. */
export function heardReport(state: PerformanceState, report: StatsReport): Partial<PerformanceState> {
  if (state.paused && state.report !== null) return { newest: report.at, status: 'here', failure: null };
  return { report, newest: report.at, status: 'here', failure: null };
}

export function heardLoad(state: PerformanceState, load: LoadState): Partial<PerformanceState> {
  const { startedAt } = load;
  if (startedAt === null) return { load };
  const known = state.loads.at(-1),
    span = { from: startedAt, to: load.state === 'running' ? load.endsAt ?? startedAt : Math.min(load.endsAt ?? startedAt, state.newest ?? Date.now()) };
  if (known?.from !== startedAt) return { load, loads: [...state.loads, span].slice(-20) };
  // once over, it has ended when it was first said to be
  return state.load?.state === 'running' ? { load, loads: [...state.loads.slice(0, -1), span] } : { load };
}
