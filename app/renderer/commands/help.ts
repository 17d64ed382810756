// What helps with the rest: the palette, the keys, and Escape, which gives up one thing at a time.
import * as act from '../app/actions.ts';
import * as collaborate from '../app/collaboration.ts';
import { closeRecipes } from '../app/recipes.ts';
import * as suggesting from '../app/suggesting.ts';
import { leaveWhatIf } from '../app/whatIf.ts';
import { useBoard } from '../state/board.ts';
import { useComposition } from '../state/composition.ts';
import { usePicture } from '../state/picture.ts';
import { useRecipes } from '../state/recipes.ts';
import { noSelection, useSelection } from '../state/selection.ts';
import { closeOverlay, open, useUi } from '../state/ui.ts';
import type { SettingsSection } from '../state/ui.ts';
import { leaveGuide } from '../app/guide.ts';
import { goToNow } from '../app/past.ts';
import { begin, useGuide } from '../state/guide.ts';
import { useSuggestion } from '../state/suggestion.ts';
import { isPast, useTime } from '../state/time.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { always, noBase } from './reasons.ts';
import type { Command } from './registry.ts';

/** The nearest first. */
function escape(): void {
  if (useVerdicts.getState().carried !== null) { act.putBack(); return; }
  if (useBoard.getState().carried !== null) { collaborate.putBack(); return; }
  const { overlay } = useUi.getState();
  if (overlay !== 'none' && overlay !== 'branch') { closeOverlay(); return; }
  if (useGuide.getState().at !== null) { leaveGuide(); return; }
  if (overlay === 'branch' && !isPast()) { closeOverlay(); return; }
  if (isPast()) { goToNow(); return; }
  if (useTime.getState().compared !== null) { useTime.setState({ compared: null }); return; }
  if (usePicture.getState().pinned !== null && useUi.getState().tab === 'compose' && useUi.getState().graphAs === 'canvas') { usePicture.setState({ pinned: null }); return; }
  if (useBoard.getState().proposed !== null) { collaborate.leaveProposal(); return; }
  if (useComposition.getState().proposal !== null) { act.dismissProposal(); return; }
  if (useRecipes.getState().isOpen) { closeRecipes(); return; }
  if (useComposition.getState().rebound !== null) { act.dismissRebound(); return; }
  if (useSuggestion.getState().search !== null) { suggesting.stopSearch(); return; }
  if (useSuggestion.getState().isOpen) { suggesting.closeLargest(); return; }
  if (useComposition.getState().whatIf !== null) { leaveWhatIf(); return; }
  useSelection.setState((selection) => ({ ...noSelection, cursor: selection.cursor }));
}

const settingsSections: readonly (readonly [SettingsSection, string])[] = [['repository', 'base, grain, refs, working trees'], ['thresholds', 'thresholds'], ['appearance', 'theme, contrast, motion, text size'], ['about', 'about Acumen']];

export const helpCommands: readonly Command[] = [
  { id: 'help.palette', title: 'Command palette', group: 'Help', keys: ['Mod+K'], scope: 'anywhere', disabled: always,
    run: () => (useUi.getState().overlay === 'palette' ? closeOverlay() : open('palette')) },
  { id: 'help.keys', title: 'Show all keys', group: 'Help', keys: ['?'], scope: 'window', disabled: always, run: () => open('keys') },
  { id: 'help.settings', title: 'Settings…', group: 'Help', keys: ['Mod+,'], scope: 'anywhere', menu: ['repository'], disabled: always, run: () => open('settings') },
  ...settingsSections.map(([section, name]): Command => ({ id: `help.settings.${section}`, title: `Settings: ${name}`, group: 'Help', keys: [], scope: 'window', disabled: always, run: () => { useUi.setState({ settings: section }); open('settings'); } })),
  { id: 'help.guide', title: 'Two-minute guide: begin, or leave', brief: 'Two-minute guide', group: 'Help', keys: [], scope: 'window', menu: ['repository'],
    disabled: () => noBase(), run: () => (useGuide.getState().at === null ? begin() : leaveGuide()) },
  { id: 'help.notices', title: 'Show what was said: errors and news of this window', group: 'Help', keys: [], scope: 'window', disabled: always, run: () => open('notices') },
  { id: 'help.escape', title: 'Put back, close, clear', group: 'Help', keys: ['Escape'], scope: 'anywhere', disabled: always, run: escape },
];
