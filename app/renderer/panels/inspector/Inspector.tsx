// The right pane: the selected ACU, what the composition amounts to, what is to be decided, the history. Each is a tab (tabs.ts).
import { Suspense, useEffect } from 'react';
import type { KeyboardEvent } from 'react';
import { DiffSwitch } from '../../components/Diff.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { whenIdle } from '../../state/timing.ts';
import { useUi } from '../../state/ui.ts';
import { ids } from '../../testids.ts';
import './inspector.css';
import { tabs } from './tabs.ts';

export function Inspector() {
  const chosen = useUi((s) => s.inspector);
  const shown = tabs.find(({ id }) => id === chosen) ?? tabs[0]!;
  useEffect(() => { void whenIdle(3000).then(() => Promise.all([import('./ComposedFiles.tsx'), import('./OneAcu.tsx')])); }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length]!.id;
    useUi.setState({ inspector: next });
    document.getElementById(`inspector-${next}`)?.focus();
  };
  return (
    <section className="panel inspector" aria-label="Inspector">
      <header className="panel-head small-tabs">
        <div className="tabs" role="tablist" aria-label="Inspector" onKeyDown={onKeyDown}>
          {tabs.map(({ id, name, Badge }) => (
            <button key={id} id={`inspector-${id}`} type="button" role="tab" aria-selected={id === shown.id} aria-controls="inspector-view"
              tabIndex={id === shown.id ? 0 : -1} className="tab" onClick={() => useUi.setState({ inspector: id })}>
              {name}
              {Badge !== undefined && <Badge />}
            </button>
          ))}
        </div>
        <span className="spacer" />
        {shown.hasDiffs === true && <DiffSwitch />}
      </header>
      <div id="inspector-view" role="tabpanel" aria-labelledby={`inspector-${shown.id}`} className="inspector-view" tabIndex={-1} data-testid={ids.inspector} data-tab={shown.id}>
        <Suspense fallback={<div className="diff-note"><Spinner /></div>}><shown.Panel /></Suspense>
      </div>
    </section>
  );
}
