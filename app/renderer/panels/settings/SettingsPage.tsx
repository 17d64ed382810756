// The settings, section by section. What is set takes effect at once; what changes the workspace is an operation, and says before what it will do.
import { Suspense, lazy } from 'react';
import type { ComponentType, KeyboardEvent } from 'react';
import { Spinner } from '../../components/atoms.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Overlay } from '../../components/Overlay.tsx';
import { closeOverlay, useUi } from '../../state/ui.ts';
import type { SettingsSection } from '../../state/ui.ts';
import { ids } from '../../testids.ts';
import { About } from './About.tsx';
import { Fields } from './Fields.tsx';
import { Repository } from './Repository.tsx';
import { Thresholds } from './Thresholds.tsx';
import './settings.css';

const Keys = lazy(async () => ({ default: (await import('../../components/KeysHelp.tsx')).KeysList }));

const sections: readonly { readonly id: SettingsSection; readonly name: string; readonly Panel: ComponentType }[] = [
  { id: 'repository', name: 'Repository', Panel: Repository },
  { id: 'thresholds', name: 'Thresholds', Panel: Thresholds },
  { id: 'appearance', name: 'Appearance', Panel: () => <Fields of={['theme', 'contrast', 'motion', 'textSize', 'density']} /> },
  { id: 'keys', name: 'Keys', Panel: Keys },
  { id: 'about', name: 'About', Panel: About },
];

export function SettingsPage() {
  const at = useUi((s) => s.settings), shown = sections.find(({ id }) => id === at) ?? sections[0]!;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key] ?? 0;
    if (step === 0) return;
    event.preventDefault();
    const next = sections[(sections.indexOf(shown) + step + sections.length) % sections.length]!.id;
    useUi.setState({ settings: next });
    document.getElementById(`settings-${next}`)?.focus();
  };
  return (
    <Overlay label="Settings" className="settings" ownClose testId={ids.settings}>
      <header className="settings-head">
        <h2>Settings</h2>
        <button type="button" className="button quiet icon" aria-label="Close the settings" title="Close (Esc)" onClick={closeOverlay}><Icon name="close" /></button>
      </header>
      <div className="settings-body" data-section={shown.id}>
        <div className="settings-nav" role="tablist" aria-label="Sections" aria-orientation="vertical" onKeyDown={onKeyDown}>
          {sections.map(({ id, name }) => <button key={id} id={`settings-${id}`} type="button" role="tab" {...(id === shown.id ? { 'data-first': '' } : {})} aria-selected={id === shown.id} aria-controls="settings-view" tabIndex={id === shown.id ? 0 : -1} className="settings-tab" onClick={() => useUi.setState({ settings: id })}>{name}</button>)}
        </div>
        <div id="settings-view" role="tabpanel" aria-labelledby={`settings-${shown.id}`} className="settings-view" tabIndex={0}>
          <Suspense fallback={<Spinner />}><shown.Panel /></Suspense>
        </div>
      </div>
    </Overlay>
  );
}
