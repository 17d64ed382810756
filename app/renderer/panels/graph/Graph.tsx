// What conflicts with what: one graph, looked at in several ways, small beside the composition or large in the whole middle.
import { Suspense } from 'react';
import { Empty, Spinner } from '../../components/atoms.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { useReplica } from '../../state/replica.ts';
import { useUi } from '../../state/ui.ts';
import { grouped, pairsInWords, whatConflictsCount } from '../../state/words.ts';
import { graphViews } from './views.ts';
import './graph.css';

export function Graph() {
  const as = useUi((s) => s.graphAs), large = useUi((s) => s.graphLarge);
  const conflicts = useReplica((s) => s.conflicts), status = useReplica((s) => s.status);
  const stale = useReplica((s) => s.rows.reduce((sum, row) => sum + (row.standing === 'stale' ? 1 : 0), 0));
  const [pairs, inThem] = conflicts === null ? ['', ''] : pairsInWords(conflicts.counts);
  const { Panel } = graphViews.find((view) => view.id === as) ?? graphViews[0]!;
  return (
    <section className="panel graph" aria-label="Conflict graph" data-drop="list">
      <header className="panel-head">
        <h2>Conflict graph</h2>
        <span className="muted truncate" title={conflicts === null ? undefined : `${pairs}${inThem}\n${whatConflictsCount}`}>{conflicts === null ? (status === 'ready' ? 'counting' : '') : <>{pairs}<span className="graph-in-them">{inThem}</span></>}</span>
        {stale > 0 && <span className="muted truncate graph-stale" title="They do not carry onto the base: each conflicts with it, and they are not compared with one another before that is decided">· {stale === 1 ? '1 ACU needs a rebase' : `${grouped(stale)} ACUs need a rebase`}</span>}
        <span className="spacer" />
        <span className="row diff-switch" role="group" aria-label="Look at it as">
          {graphViews.map(({ id, name, icon }) => (
            <button key={id} type="button" className="button quiet small icon" aria-label={name} title={`${name} (G)`} aria-pressed={as === id} onClick={() => useUi.setState({ graphAs: id })}><Icon name={icon} size={13} /></button>
          ))}
        </span>
        <CommandButton id="view.graphLarge" className="button quiet small icon"><Icon name={large ? 'restore' : 'maximise'} size={13} /></CommandButton>
      </header>
      {conflicts === null ? <Empty title="Comparing" />
        : conflicts.degree.length === 0 ? <Empty title="No ACUs">Once branches are in flight that the base does not have, what conflicts with what is drawn here.</Empty>
        : <Suspense fallback={<div className="empty" role="status"><Spinner />Loading this view</div>}><Panel /></Suspense>}
    </section>
  );
}
