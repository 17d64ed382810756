// The window: connecting, choosing a repository, or the workspace in three panes.
import { Suspense, lazy, useEffect } from 'react';
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from 'react-resizable-panels';
import { Announcer } from '../components/Announcer.tsx';
import { warmUp } from '../components/Diff.tsx';
import { ContextMenu } from '../components/ContextMenu.tsx';
import { Notices } from '../components/Notices.tsx';
import { KeysHelp, Palette } from '../components/Palette.tsx';
import { Acus } from '../panels/Acus.tsx';
import { ChangeGrain } from '../panels/ChangeGrain.tsx';
import { Composition } from '../panels/Composition.tsx';
import { Conflicts } from '../panels/Conflicts.tsx';
import { DragGhost } from '../panels/DragGhost.tsx';
import { Graph } from '../panels/graph/Graph.tsx';
import { Inspector } from '../panels/inspector/Inspector.tsx';
import { MoveBase } from '../panels/MoveBase.tsx';
import { StatusLine } from '../panels/StatusLine.tsx';
import { TopBar } from '../panels/TopBar.tsx';
import { Patches as PatchesOverlay } from '../panels/Patches.tsx';
import { Connect, ImportOverlay, Loading, Welcome } from '../panels/Welcome.tsx';
import { Worktrees } from '../panels/Worktrees.tsx';
import { useConnection } from '../state/connection.ts';
import { useReplica } from '../state/replica.ts';
import { useUi } from '../state/ui.ts';
import { visible } from '../../core/visible.ts';
import { Spinner } from '../components/atoms.tsx';

/** With all they draw with, when first opened: the first screen does not wait for them. */
const Performance = lazy(() => import('../panels/performance/Performance.tsx'));
const Collaboration = lazy(() => import('../panels/collaboration/Collaboration.tsx'));

export function App() {
  const overlay = useUi((s) => s.overlay);
  return (
    <>
      <View />
      {overlay === 'palette' && <Palette />}
      {overlay === 'keys' && <KeysHelp />}
      {overlay === 'import' && <ImportOverlay />}
      {overlay === 'patches' && <PatchesOverlay />}
      {overlay === 'worktrees' && <Worktrees />}
      {overlay === 'base' && <MoveBase />}
      {overlay === 'grain' && <ChangeGrain />}
      <ContextMenu />
      <DragGhost />
      <Notices />
      <Announcer />
    </>
  );
}

function View() {
  const state = useConnection((s) => s.state), met = useConnection((s) => s.version !== ''), repository = useConnection((s) => s.repository);
  const status = useReplica((s) => s.status), name = repository?.name;
  useEffect(() => { document.title = name === undefined ? 'Acumen' : `${visible(name)} – Acumen`; }, [name]);
  // A window that has been let in keeps its work on screen while the service is away.
  if (!met || state === 'refused') return <Connect />;
  if (repository === null || repository.base === null) return <Welcome />;
  return status === 'none' || status === 'loading' ? <Loading /> : <Workspace />;
}

function Workspace() {
  const tab = useUi((s) => s.tab);
  const outer = useDefaultLayout({ id: 'acumen.window', storage: localStorage });
  useEffect(warmUp, []);
  return (
    <div className="window">
      <TopBar />
      {tab === 'performance' || tab === 'collaboration'
        ? <main id="view" role="tabpanel" aria-labelledby={`tab-${tab}`} className="panes" tabIndex={-1}><Suspense fallback={<div className="empty" role="status"><Spinner />Loading this view</div>}>{tab === 'performance' ? <Performance /> : <Collaboration />}</Suspense></main>
        : (
          <Group orientation="horizontal" className="panes" {...outer}>
            <Panel id="pane-acus" defaultSize="30%" minSize="260px"><Acus /></Panel>
            <Separator className="split-v" />
            <Panel id="pane-view" minSize="480px">
              <main id="view" role="tabpanel" aria-labelledby={`tab-${tab}`} className="fill" tabIndex={-1}>{tab === 'compose' ? <Compose /> : <Conflicts />}</main>
            </Panel>
          </Group>
        )}
      <StatusLine />
    </div>
  );
}

function Compose() {
  const layout = useDefaultLayout({ id: 'acumen.compose', storage: localStorage }), middle = useDefaultLayout({ id: 'acumen.middle', storage: localStorage });
  const large = useUi((s) => s.graphLarge), composition = usePanelRef(), inspector = usePanelRef();
  // nothing is mounted anew: a picture keeps its canvas, an editor its place
  useEffect(() => {
    for (const panel of [composition.current, inspector.current]) { if (large) panel?.collapse(); else panel?.expand(); }
  }, [large, composition, inspector]);
  return (
    <Group orientation="horizontal" className="fill" {...layout}>
      <Panel id="pane-middle" defaultSize="48%" minSize="260px">
        <Group orientation="vertical" className="fill" {...middle}>
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
