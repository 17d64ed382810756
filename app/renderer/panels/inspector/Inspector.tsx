// The right pane: the selected ACU, what the composition amounts to, what is to be decided, the history. Each is a tab (tabs.ts).
import { Suspense, useEffect } from 'react';
import { DiffSwitch } from '../../components/Diff.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { whenIdle } from '../../state/timing.ts';
import { useUi } from '../../state/ui.ts';
import { useVisible } from '../../state/visible.ts';
import { ids } from '../../testids.ts';
import './inspector.css';
import { tabs } from './tabs.ts';

const named = tabs.map(({ id, name, Badge }) => ({ id, name: <>{name}{Badge !== undefined && <Badge />}</> }));

export function Inspector() {
  const chosen = useUi((s) => s.inspector);
  const shown = tabs.find(({ id }) => id === chosen) ?? tabs[0]!;
  const listed = useVisible((s) => s.arrangement !== null);
  useEffect(() => { if (listed) void whenIdle(3000).then(() => Promise.all([import('./ComposedFiles.tsx'), import('./OneAcu.tsx')])); }, [listed]);
  return (
    <section className="panel inspector" aria-label="Inspector">
      <header className="panel-head small-tabs">
        <Tabs label="Inspector" tabs={named} chosen={shown.id} prefix="inspector" controls="inspector-view" onChoose={(id) => useUi.setState({ inspector: id })} />
        <span className="spacer" />
        {shown.hasDiffs === true && <DiffSwitch />}
      </header>
      <div id="inspector-view" role="tabpanel" aria-labelledby={`inspector-${shown.id}`} className="inspector-view" tabIndex={-1} data-testid={ids.inspector} data-tab={shown.id}>
        <Suspense fallback={<div className="diff-note"><Spinner /></div>}><shown.Panel /></Suspense>
      </div>
    </section>
  );
}
