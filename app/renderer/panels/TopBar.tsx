// The bar on top: which repository, which view, and the few actions that are wanted everywhere.
import { visible } from '../../core/visible.ts';
import { CommandButton } from '../components/CommandButton.tsx';
import { Brand, Icon } from '../components/Icon.tsx';
import { Keys } from '../components/Keys.tsx';
import { MenuButton } from '../components/MenuButton.tsx';
import { Tabs } from '../components/Tabs.tsx';
import { command } from '../commands/registry.ts';
import { useConnection } from '../state/connection.ts';
import { grainWords } from '../state/grains.ts';
import { steps, useGuide } from '../state/guide.ts';
import { useOperations } from '../state/operations.ts';
import { change, settings, useSettings } from '../state/settings.ts';
import type { Settings } from '../state/settings.ts';
import { useTime } from '../state/time.ts';
import { useUi } from '../state/ui.ts';
import type { Tab } from '../state/ui.ts';
import { ids } from '../testids.ts';

const tabs: readonly { readonly id: Tab; readonly name: string }[] = [
  { id: 'compose', name: 'Compose' }, { id: 'conflicts', name: 'Conflicts' }, { id: 'collaboration', name: 'Collaboration' }, { id: 'performance', name: 'Performance' },
];
const nextTheme: Readonly<Record<Settings['theme'], Settings['theme']>> = { system: 'light', light: 'dark', dark: 'system' };

export function TopBar() {
  const tab = useUi((s) => s.tab), theme = useSettings((s) => s.theme);
  const repository = useConnection((s) => s.repository), reached = useGuide((s) => s.reached);
  // the buttons' reasons depend on them
  useConnection((s) => s.state);
  useTime((s) => s.at);
  const canUndo = useOperations((s) => s.canUndo), canRedo = useOperations((s) => s.canRedo);
  const palette = command('help.palette');
  return (
    <header className="topbar">
      <div className="topbar-left">
        <span className="brand"><Brand /><span className="brand-name">Acumen</span></span>
        {repository !== null && (
          <MenuButton menu="repository" of={visible(repository.name)} className="button quiet repository"
            title={`${visible(repository.path)}\nWhat can be done with the repository`} testId={ids.repositoryMenu}>
            <span className="truncate">{visible(repository.name)}</span>
            <Icon name="down" size={11} />
          </MenuButton>
        )}
        {repository !== null && (
          <CommandButton id="repository.grain" className="button quiet grain-button" testId={ids.grain}
            note={`The grain is how finely sources are cut into ACUs, the changes that are composed. Now one ACU ${grainWords[repository.grain].title}.`}>
            {grainWords[repository.grain].title}
            <Icon name="down" size={11} />
          </CommandButton>
        )}
        <CommandButton id="repository.refresh" className="button quiet icon"><Icon name="refresh" /></CommandButton>
      </div>
      <Tabs label="Views" tabs={tabs} chosen={tab} prefix="tab" controls="view" onChoose={(id) => useUi.setState({ tab: id })} />
      <div className="topbar-right">
        <CommandButton id="history.undo" className="button quiet icon" note={canUndo}><Icon name="undo" /></CommandButton>
        <CommandButton id="history.redo" className="button quiet icon" note={canRedo}><Icon name="redo" /></CommandButton>
        <CommandButton id="time.toggle" className="button quiet icon"><Icon name="time" /></CommandButton>
        {reached < steps.length && <CommandButton id="help.guide" className="button quiet guide-button">Guide</CommandButton>}
        <CommandButton id="help.palette" className="button quiet palette-button">
          <Icon name="search" />
          <span className="topbar-word">Commands</span>
          <Keys keys={palette.keys[0]!} />
        </CommandButton>
        <button type="button" className="button quiet icon theme-button" aria-label={`Theme: ${settings.theme.options[theme].toLowerCase()}`}
          title={`Theme: ${settings.theme.options[theme].toLowerCase()}`} onClick={() => change('theme', nextTheme[theme])}>
          <Icon name={theme} />
        </button>
        <CommandButton id="help.settings" className="button quiet icon"><Icon name="settings" /></CommandButton>
        <CommandButton id="help.keys" className="button quiet icon"><Icon name="keyboard" /></CommandButton>
      </div>
    </header>
  );
}
