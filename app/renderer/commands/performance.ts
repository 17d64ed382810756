// The performance console. Nothing here changes the workspace.
import * as perform from '../app/performance.ts';
import { sectionNames, sections, usePerformance, zoomBack } from '../state/performance.ts';
import { useUi } from '../state/ui.ts';
import { always, away } from './reasons.ts';
import type { Command } from './registry.ts';

const noConsole = (): string | null => (useUi.getState().tab === 'performance' ? null : 'Go to Performance first.');
const noFigures = (): string | null => noConsole() ?? (usePerformance.getState().report === null ? 'There are no figures yet.' : null);

export const performanceCommands: readonly Command[] = [
  { id: 'performance.pause', title: 'Console: pause, or go on', group: 'Performance', keys: ['P'], scope: 'window', disabled: noConsole, run: perform.pause },
  { id: 'performance.table', title: 'Console: charts as tables, or as pictures', group: 'Performance', keys: ['T'], scope: 'window', disabled: noConsole,
    run: () => usePerformance.setState(({ asTable }) => ({ asTable: !asTable })) },
  { id: 'performance.zoomOut', title: 'Console: back to the range before', group: 'Performance', keys: ['Z'], scope: 'window',
    disabled: () => noConsole() ?? (usePerformance.getState().zoom === null ? 'Nothing is zoomed.' : null), run: zoomBack },
  ...sections.map((section): Command => ({ id: `performance.${section}`, title: `Console: ${sectionNames[section]}`, group: 'Performance', keys: [], scope: 'window', disabled: always, run: () => { useUi.setState({ tab: 'performance' }); usePerformance.setState({ section, cursor: null }); } })),
  { id: 'performance.load', title: 'Console: load generator…', group: 'Performance', keys: [], scope: 'window', disabled: away,
    run: () => { useUi.setState({ tab: 'performance' }); usePerformance.setState({ loadOpen: true }); } },
  { id: 'performance.exportJson', title: 'Console: export what is shown as JSON', group: 'Performance', keys: [], scope: 'window', disabled: noFigures,
    run: () => { void perform.exportShown('json'); } },
  { id: 'performance.exportCsv', title: 'Console: export what is shown as CSV', group: 'Performance', keys: [], scope: 'window', disabled: noFigures,
    run: () => { void perform.exportShown('csv'); } },
  { id: 'performance.stopLoad', title: 'Console: stop the load generator', group: 'Performance', keys: [], scope: 'window',
    disabled: () => away() ?? (['preparing', 'running'].includes(usePerformance.getState().load?.state ?? 'idle') ? null : 'No load runs.'),
    run: () => { void perform.load({ action: 'stop' }); } },
];
