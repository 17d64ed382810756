// One file: its path, what can be done with its difference, and the difference by line or by what is named in it.
import { Suspense, lazy, useEffect } from 'react';
import { display } from '../../../core/bytes.ts';
import type { PathBytes } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import type { Shown } from '../../../contract/methods.ts';
import { copy } from '../../app/actions.ts';
import type { Owning } from '../../components/code/owners.ts';
import { Diff } from '../../components/Diff.tsx';
import { Icon } from '../../components/Icon.tsx';
import type { IconName } from '../../components/Icon.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { run, command, shownKeys } from '../../commands/registry.ts';
import { useDiff } from '../../state/diff.ts';

const ByEntity = lazy(() => import('./ByEntity.tsx'));

export interface FileDiffProps {
  readonly path: PathBytes;
  readonly before: Shown | null; readonly after: Shown | null;
  readonly owning?: Owning | null;
  readonly sides?: readonly [before: string, after: string];
  readonly onShown?: () => void;
}

export function FileDiff({ path, before, after, owning = null, sides = SIDES, onShown }: FileDiffProps) {
  const byEntity = useDiff((s) => s.byEntity), whole = useDiff((s) => s.whole), whitespace = useDiff((s) => s.whitespace), text = display(path);
  const isText = before?.binary !== true && after?.binary !== true, isByEntity = byEntity && isText;
  useEffect(() => { if (isByEntity) onShown?.(); }, [isByEntity, onShown]);
  return (
    <>
      <PathHead path={path}>
        {isText && (
          <>
            <Tool id="diff.entities" icon="entities" isOn={byEntity} />
            {!isByEntity && (
              <>
                <Tool id="diff.previous" icon="up" />
                <Tool id="diff.next" icon="down" />
                <Tool id="diff.whole" icon="whole" isOn={whole} />
                <Tool id="diff.whitespace" icon="blanks" isOn={whitespace} />
              </>
            )}
          </>
        )}
      </PathHead>
      {isByEntity
        ? <Suspense fallback={<div className="diff-note"><Spinner /></div>}><ByEntity key={text} path={text} before={before?.text ?? ''} after={after?.text ?? ''} /></Suspense>
        : <Diff path={text} before={before} after={after} owning={owning} sides={sides} {...(onShown === undefined ? {} : { onShown })} />}
    </>
  );
}

const SIDES = ['before', 'after'] as const;

/** The path, which copies itself, and tools beside it. */
export function PathHead({ path, children }: { path: PathBytes; children?: React.ReactNode }) {
  const text = display(path), name = visible(text);
  return (
    <div className="diff-head">
      <button type="button" className="diff-path mono" title={`${name}\nClick to copy the path`} aria-label={`Copy the path ${name}`}
        onClick={() => { void copy(text, 'the path'); }}>
        <span className="truncate">{name}</span>
      </button>
      <span className="diff-tools">{children}</span>
    </div>
  );
}

export function Tool({ id, icon, isOn, testId }: { id: string; icon: IconName; isOn?: boolean; testId?: string }) {
  const it = command(id), keys = it.keys[0] === undefined ? '' : ` (${shownKeys(it.keys[0]).join('+')})`;
  return (
    <button type="button" className="button quiet small icon" data-command={id} aria-label={it.title} title={`${it.title}${keys}`}
      {...(isOn === undefined ? {} : { 'aria-pressed': isOn })} {...(testId === undefined ? {} : { 'data-testid': testId })} onClick={() => run(id)}>
      <Icon name={icon} size={13} />
    </button>
  );
}
