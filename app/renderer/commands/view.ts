// What is on screen and how: views, filters, panes, themes. Nothing here changes the workspace.
import * as collaborate from '../app/collaboration.ts';
import * as perform from '../app/performance.ts';
import { byTestId, regainFocus } from '../app/regainFocus.ts';
import { useUi } from '../state/ui.ts';
import { change, setting } from '../state/settings.ts';
import type { Settings } from '../state/settings.ts';
import { paneNames } from '../state/room.ts';
import { ids } from '../testids.ts';
import { goToPane, nextPane } from './focus.ts';
import { always, noSections } from './reasons.ts';
import type { Command } from './registry.ts';

const theme = (to: Settings['theme']): Command => ({
  id: `view.theme.${to}`, title: `Theme: ${to === 'system' ? 'follow the system' : to}`, group: 'View', keys: [], scope: 'window',
  disabled: () => (setting('theme') === to ? 'This is the theme now.' : null),
  run: () => change('theme', to),
});

const nextSection = (step: 1 | -1): void => (useUi.getState().tab === 'performance' ? perform.nextSection(step) : collaborate.nextPlace(step));

export const viewCommands: readonly Command[] = [
  { id: 'view.compose', title: 'Go to Compose', group: 'View', keys: ['Alt+1'], scope: 'anywhere', disabled: always,
    run: () => { useUi.setState({ tab: 'compose' }); regainFocus([byTestId(ids.acuList)], true); } },
  { id: 'view.conflicts', title: 'Go to Conflicts', group: 'View', keys: ['Alt+2'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'conflicts' }) },
  { id: 'view.collaboration', title: 'Go to Collaboration', group: 'View', keys: ['Alt+3'], scope: 'anywhere', disabled: always,
    run: () => useUi.setState({ tab: 'collaboration' }) },
  { id: 'view.performance', title: 'Go to Performance', group: 'View', keys: ['Alt+4'], scope: 'anywhere', disabled: always, run: () => useUi.setState({ tab: 'performance' }) },
  { id: 'view.composed', title: 'Show the composed difference', group: 'View', keys: ['D'], scope: 'window', disabled: always,
    run: () => useUi.setState({ tab: 'compose', inspector: 'composed' }) },
  { id: 'view.acu', title: 'Show the selected ACU', brief: 'Show in the inspector', group: 'View', keys: ['I'], scope: 'window',
    menu: ['acu', 'member', 'graph', 'matrix'], disabled: always, run: () => useUi.setState({ tab: 'compose', inspector: 'acu' }) },
  { id: 'view.diff', title: 'Differences: side by side or unified', group: 'View', keys: ['U'], scope: 'window', disabled: always,
    run: () => useUi.setState(({ diffAs }) => ({ diffAs: diffAs === 'split' ? 'unified' : 'split' })) },
  { id: 'view.nextSection', title: 'Next section', group: 'View', keys: [']'], scope: 'window', disabled: noSections, run: () => nextSection(1) },
  { id: 'view.previousSection', title: 'Previous section', group: 'View', keys: ['['], scope: 'window', disabled: noSections, run: () => nextSection(-1) },
  { id: 'view.sources', title: 'Sources: hide the pane, or show it', group: 'View', keys: ['Mod+B'], scope: 'anywhere', disabled: always,
    run: () => useUi.setState(({ sourcesHidden }) => ({ sourcesHidden: !sourcesHidden })) },
  { id: 'view.inspector', title: 'Inspector: hide the pane, or show it', group: 'View', keys: ['Mod+J'], scope: 'anywhere', disabled: always,
    run: () => useUi.setState(({ inspectorHidden }) => ({ inspectorHidden: !inspectorHidden })) },
  ...(['sources', 'composition', 'graph', 'inspector'] as const).map((pane, i): Command => ({ id: `view.go.${pane}`, title: `Go to the ${paneNames[pane].toLowerCase()}`, group: 'View', keys: [String(i + 1)], scope: 'window', disabled: always, run: () => goToPane(pane) })),
  { id: 'view.next', title: 'Go to the next pane', group: 'View', keys: ['F6'], scope: 'anywhere', disabled: always, run: () => nextPane(1) },
  { id: 'view.previous', title: 'Go to the previous pane', group: 'View', keys: ['Shift+F6'], scope: 'anywhere', disabled: always, run: () => nextPane(-1) },
  theme('system'), theme('light'), theme('dark'),
];
