// The small parts that the same things are shown with everywhere: ids, times, authors, counts, empty states.
import { memo, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { visible } from '../../core/visible.ts';
import { copy } from '../app/actions.ts';
import { ago, exactTime, grouped, machineTime, hueOf, initials } from '../state/words.ts';
import { Icon } from './Icon.tsx';

/** A short id that copies itself whole. */
export function Id({ id, what = 'id', length = 8 }: { id: string; what?: string; length?: number }) {
  return (
    <button type="button" className="id" title={`${id}\nClick to copy`} aria-label={`Copy ${what} ${id.slice(0, length)}`} tabIndex={-1}
      onClick={(event) => { event.stopPropagation(); void copy(id, `${what} ${id.slice(0, length)}`); }}
      onDoubleClick={(event) => event.stopPropagation()}>
      {id.slice(0, length)}
    </button>
  );
}

// One clock for all relative times: they change at most once a minute.
let now = Math.floor(Date.now() / 1000);
const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | null = null;
function watchClock(changed: () => void): () => void {
  watchers.add(changed);
  ticking ??= setInterval(() => { now = Math.floor(Date.now() / 1000); for (const watcher of watchers) watcher(); }, 20_000);
  return () => {
    watchers.delete(changed);
    if (watchers.size === 0 && ticking !== null) { clearInterval(ticking); ticking = null; }
  };
}

/** Relative, exact on hover. `time` in seconds since the epoch. */
export const Ago = memo(function Ago({ time }: { time: number }) {
  const words = useSyncExternalStore(watchClock, () => ago(time, now));
  return <time className="ago" dateTime={machineTime(time)} title={exactTime(time)}>{words}</time>;
});

/** The same in a sentence: "3 d ago". */
export const Since = memo(function Since({ time }: { time: number }) {
  const words = useSyncExternalStore(watchClock, () => ago(time, now));
  return <time dateTime={machineTime(time)} title={exactTime(time)}>{words === 'now' ? 'a moment ago' : `${words} ago`}</time>;
});

export const Author = memo(function Author({ name, email = '', full = false }: { name: string; email?: string; full?: boolean }) {
  const chip = (
    <span className="author" style={{ '--hue': hueOf(name) } as React.CSSProperties} title={email === '' ? name : `${name} <${email}>`} aria-hidden={full}>
      {initials(name)}
    </span>
  );
  if (!full) return chip;
  return <span className="row author-full">{chip}<span className="truncate">{name}</span></span>;
});

/** Lines added and deleted; nothing where there are none to count (binaries, modes, links). */
export const Counts = memo(function Counts({ added, deleted }: { added: number; deleted: number }) {
  if (added === 0 && deleted === 0) return <span className="counts" />;
  return (
    <span className="counts">
      <span className={added === 0 ? 'faint' : 'ins'}>+{grouped(added)}</span>
      <span className={deleted === 0 ? 'faint' : 'del'}>−{grouped(deleted)}</span>
    </span>
  );
});

/** What a place is for while it holds nothing, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return <div className="empty"><div className="empty-title">{title}</div>{children !== undefined && <div className="empty-text">{children}</div>}</div>;
}

/** The command line that does what stands above it. */
export function TerminalLine({ text, testId }: { text: string; testId?: string }) {
  return <div className="terminal-line"><span className="muted small">The same in a terminal:</span><CopyLine text={text} what="the command line" {...testId === undefined ? {} : { testId }} /></div>;
}

export function CopyLine({ text, what, testId }: { text: string; what: string; testId?: string }) {
  return (
    <div className="copyline">
      <code className="truncate copyable" title={visible(text)} data-testid={testId}>{visible(text, 10_000)}</code>
      <button type="button" className="button quiet small icon" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => { void copy(text, what); }}>
        <Icon name="copy" size={13} />
      </button>
    </div>
  );
}

export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
