// The window: connecting, choosing a repository, or the workspace; and what lies over it.
import { Suspense, lazy, useEffect } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';
import { visible } from '../../core/visible.ts';
import { Announcer } from '../components/Announcer.tsx';
import { ContextMenu } from '../components/ContextMenu.tsx';
import { Notices } from '../components/Notices.tsx';
import { Palette } from '../components/Palette.tsx';
import { DragGhost } from '../panels/composition/DragGhost.tsx';
import { Connect, Loading } from '../panels/Waiting.tsx';
import { useConnection } from '../state/connection.ts';
import { useGuide } from '../state/guide.ts';
import { useReplica } from '../state/replica.ts';
import { useTime } from '../state/time.ts';
import { useUi } from '../state/ui.ts';
import type { Overlay } from '../state/ui.ts';
import { Workspace } from './Workspace.tsx';

/** A component of a module that is fetched when it is first shown. */
function later<Module, Name extends keyof Module>(load: () => Promise<Module>, name: Name): LazyExoticComponent<ComponentType> {
  return lazy(async () => ({ default: (await load())[name] as ComponentType }));
}

const Guide = lazy(() => import('../panels/guide/Guide.tsx'));
const Welcome = later(() => import('../panels/Welcome.tsx'), 'Welcome');

/** Of those that are only now and then open, the code comes when they are. `branch` opens within the composition. */
const overlays: Readonly<Record<Exclude<Overlay, 'none' | 'branch'>, ComponentType>> = {
  palette: Palette,
  keys: later(() => import('../components/KeysHelp.tsx'), 'KeysHelp'),
  import: later(() => import('../panels/Welcome.tsx'), 'ImportOverlay'),
  patches: later(() => import('../panels/Patches.tsx'), 'Patches'),
  worktrees: later(() => import('../panels/Worktrees.tsx'), 'Worktrees'),
  base: later(() => import('../panels/MoveBase.tsx'), 'MoveBase'),
  grain: later(() => import('../panels/ChangeGrain.tsx'), 'ChangeGrain'),
  settings: later(() => import('../panels/settings/SettingsPage.tsx'), 'SettingsPage'),
  notices: later(() => import('../components/PastNotices.tsx'), 'PastNotices'),
};

export function App() {
  const guided = useGuide((s) => s.at !== null), overlay = useUi((s) => s.overlay), Over = overlay === 'none' || overlay === 'branch' ? null : overlays[overlay];
  return (
    <>
      <View />
      {Over !== null && <Suspense fallback={null}><Over /></Suspense>}
      {guided && <Suspense fallback={null}><Guide /></Suspense>}
      <ContextMenu />
      <DragGhost />
      <Notices />
      <Announcer />
    </>
  );
}

function View() {
  const state = useConnection((s) => s.state), met = useConnection((s) => s.version !== ''), repository = useConnection((s) => s.repository);
  // what was before the first import is shown empty, and not as a window that has nothing yet
  const status = useReplica((s) => s.status), name = repository?.name, past = useTime((s) => s.at !== null);
  useEffect(() => { document.title = name === undefined ? 'Acumen' : `${visible(name)} – Acumen`; }, [name]);
  // A window that has been let in keeps its work on screen while the service is away.
  if (!met || state === 'refused') return <Connect />;
  if (!past && (repository === null || repository.base === null)) return <Suspense fallback={<Loading />}><Welcome /></Suspense>;
  return status === 'none' || status === 'loading' ? <Loading /> : <Workspace />;
}
