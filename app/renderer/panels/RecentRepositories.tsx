// The repositories that were opened lately: each opens in a window of its own, and those that are gone can be taken off the list.
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { visible } from '../../core/visible.ts';
import { platform } from '../app/here.ts';
import { Icon } from '../components/Icon.tsx';
import { useConnection } from '../state/connection.ts';
import { others, useRepositories } from '../state/repositories.ts';
import { say } from '../state/ui.ts';
import { ids } from '../testids.ts';

/** Nothing where the host remembers none. `onOpen`: one is about to open elsewhere. */
export function RecentRepositories({ onOpen }: { onOpen: () => void }) {
  const { recent } = platform, here = useConnection((s) => s.repository?.path), list = others(useRepositories((s) => s.list), here), at = useRef<HTMLUListElement>(null);
  useEffect(() => { recent?.ask(); }, [recent]);
  if (recent === null || list.length === 0) return null;
  const buttons = (): readonly HTMLElement[] => [...at.current?.querySelectorAll<HTMLElement>('[data-repository]') ?? []];
  const forget = (n: number): void => {
    // the keyboard goes to the one that takes its place
    (buttons()[n + 1] ?? buttons()[n - 1])?.focus();
    recent.forget(list[n]!.repository);
    say(`${list[n]!.name} was taken off the list.`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = buttons(), n = all.findIndex((one) => one === document.activeElement), step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (n < 0) return;
    if (step !== 0) { event.preventDefault(); all[(n + step + all.length) % all.length]!.focus(); }
    if (event.key === 'Delete') { event.preventDefault(); forget(n); }
  };
  return (
    <section className="recent" aria-label="Opened lately" data-testid={ids.recent}>
      <h3 className="small muted">Opened lately</h3>
      <ul ref={at} onKeyDown={onKeyDown}>
        {list.map(({ repository, name, isThere }, n) => (
          <li key={repository}>
            <button type="button" className="button quiet recent-open" data-repository={repository} aria-disabled={!isThere} title={visible(repository)}
              onClick={() => { if (!isThere) { say(`The folder of ${name} is not there any more.`); return; } onOpen(); recent.open(repository); }}>
              <span className="recent-name truncate">{visible(name)}</span><span className="mono muted truncate">{visible(repository)}</span>{!isThere && <span className="recent-gone">not there any more</span>}
            </button>
            <button type="button" className="button quiet icon" aria-label={`Take ${visible(name)} off the list`} title="Take it off the list (Delete)" onClick={() => forget(n)}><Icon name="close" size={12} /></button>
          </li>
        ))}
      </ul>
    </section>
  );
}
