// The workspace in panes: sources, composition over conflict graph, inspector. Where there is little room, or the text is large, panes stand behind each
// other instead of beside each other, and a switch brings each to the front.
import { Suspense, lazy, useEffect } from 'react';
import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from 'react-resizable-panels';
import { warmUp } from '../components/Diff.tsx';
import { SkipLinks } from '../components/SkipLinks.tsx';
import { Spinner } from '../components/atoms.tsx';
import { Tabs } from '../components/Tabs.tsx';
import { Composition } from '../panels/composition/Composition.tsx';
import { Graph } from '../panels/graph/Graph.tsx';
import { Inspector } from '../panels/inspector/Inspector.tsx';
import { Overview } from '../panels/overview/Overview.tsx';
import { StatusLine } from '../panels/StatusLine.tsx';
import { Time } from '../panels/time/Time.tsx';
import { TopBar } from '../panels/TopBar.tsx';
import { useDeciding } from '../state/deciding.ts';
import { paneNames, useRoom } from '../state/room.ts';
import type { Pane } from '../state/room.ts';
import { useUi } from '../state/ui.ts';

/** With all they draw with, when first opened: the first screen does not wait for them. */
const Performance = lazy(() => import('../panels/performance/Performance.tsx'));
const Collaboration = lazy(() => import('../panels/collaboration/Collaboration.tsx'));
const Conflicts = lazy(async () => ({ default: (await import('../panels/Conflicts.tsx')).Conflicts }));

export function Workspace() {
  const tab = useUi((s) => s.tab), room = useRoom((s) => s.room);
  useEffect(warmUp, []);
  const wide = tab === 'performance' || tab === 'collaboration';
  return (
    <div className="window" data-room={room}>
      <SkipLinks />
      <TopBar />
      <Time />
      {wide
        ? <View className="panes">{tab === 'performance' ? <Performance /> : <Collaboration />}</View>
        : room === 'one'
          ? <View className="panes">{tab === 'compose' ? <Behind panes={['sources', 'composition', 'graph', 'inspector']} /> : <Conflicts />}</View>
          : <Beside narrow={room === 'two'}>{tab === 'compose' ? room === 'two' ? <Behind panes={['composition', 'graph', 'inspector']} /> : <Compose /> : <Conflicts />}</Beside>}
      <StatusLine />
    </div>
  );
}

function View({ className, children }: { className: string; children: ReactNode }) {
  const tab = useUi((s) => s.tab);
  return (
    <main id="view" role="tabpanel" aria-labelledby={`tab-${tab}`} className={className} tabIndex={-1}>
      <Suspense fallback={<div className="empty" role="status"><Spinner />Loading this view</div>}>{children}</Suspense>
    </main>
  );
}

/** Sources on the left, what is done with them on the right. */
function Beside({ narrow, children }: { narrow: boolean; children: ReactNode }) {
  const layout = useDefaultLayout({ id: narrow ? 'acumen.window.narrow' : 'acumen.window', storage: localStorage });
  const hidden = useUi((s) => s.sourcesHidden), sources = usePanelRef();
  useEffect(() => { if (hidden) sources.current?.collapse(); else sources.current?.expand(); }, [hidden, sources]);
  return (
    <Group orientation="horizontal" className="panes" {...layout}>
      <Panel id="pane-acus" panelRef={sources} collapsible collapsedSize="0px" defaultSize={narrow ? '42%' : '30%'} minSize={narrow ? '180px' : '260px'}><Overview /></Panel>
      <Separator className="split-v" />
      <Panel id="pane-view" minSize={narrow ? '300px' : '480px'}><View className="fill">{children}</View></Panel>
    </Group>
  );
}

function Compose() {
  const layout = useDefaultLayout({ id: 'acumen.compose', storage: localStorage }), middle = useDefaultLayout({ id: 'acumen.middle', storage: localStorage });
  const large = useUi((s) => s.graphLarge), hidden = useUi((s) => s.inspectorHidden), composition = usePanelRef(), inspector = usePanelRef(), between = usePanelRef();
  // who decides between texts needs the width: the middle gives way
  const isDeciding = useDeciding((s) => s.acu !== null && s.isLarge), isShown = useUi((s) => s.inspector === 'decide'),
    isAsked = useUi((s) => s.overlay === 'branch'), deciding = isDeciding && isShown && !isAsked;
  // nothing is mounted anew: a picture keeps its canvas, an editor its place
  useEffect(() => {
    const set = (panel: typeof composition, away: boolean): void => { if (away) panel.current?.collapse(); else panel.current?.expand(); };
    set(composition, large);
    set(inspector, large || hidden);
    set(between, deciding);
  }, [large, hidden, deciding, composition, inspector, between]);
  return (
    <Group orientation="horizontal" className="fill" {...layout}>
      <Panel id="pane-middle" panelRef={between} collapsible collapsedSize="0px" defaultSize="48%" minSize="260px">
        <Group orientation="vertical" className="fill" {...middle} onFocus={() => { if (deciding) useDeciding.setState({ isLarge: false }); }}>
          <Panel id="pane-composition" panelRef={composition} collapsible collapsedSize="34px" defaultSize="46%" minSize="140px"><Composition /></Panel>
          <Separator className="split-h" />
          <Panel id="pane-graph" minSize="100px"><Graph /></Panel>
        </Group>
      </Panel>
      <Separator className="split-v" />
      <Panel id="pane-inspector" panelRef={inspector} collapsible collapsedSize="0px" minSize="260px"><Inspector /></Panel>
    </Group>
  );
}

const drawn: Readonly<Record<Pane, () => ReactNode>> = { sources: () => <Overview />, composition: () => <Composition />, graph: () => <Graph />, inspector: () => <Inspector /> };

/** One pane at a time, and the switch between them. */
function Behind({ panes }: { panes: readonly Pane[] }) {
  const wanted = useRoom((s) => s.front), front = panes.includes(wanted) ? wanted : panes[0]!;
  return (
    <div className="stack fill">
      <Tabs label="Panes" tabs={panes.map((id) => ({ id, name: paneNames[id] }))} chosen={front} prefix="front" controls="front" className="tabs fronts"
        onChoose={(id) => useRoom.setState({ front: id })} />
      <div id="front" role="tabpanel" aria-labelledby={`front-${front}`} className="front">{drawn[front]()}</div>
    </div>
  );
}
