// One ACU in one line of 26 pixels: verdict, name, size, author, age, id.
import { memo } from 'react';
import type { ReactNode } from 'react';
import { useLive } from '../state/live.ts';
import { reasonNow } from '../state/standing.ts';
import { calledOf, numberOf, shortName } from '../state/shortName.ts';
import type { Named } from '../state/shortName.ts';
import { markOf } from '../state/markIndex.ts';
import { markedIn, partsOf } from '../state/marking.ts';
import { useSelection } from '../state/selection.ts';
import { useVerdicts } from '../state/verdicts.ts';
import type { VerdictState } from '../state/verdicts.ts';
import { useVisible } from '../state/visible.ts';
import { visible } from '../../core/visible.ts';
import { markNames } from '../../workers/client.ts';
import type { AcuRow, Mark } from '../../workers/client.ts';
import { Ago, Author, Counts, Id } from './atoms.tsx';
import { Glyph, Icon } from './Icon.tsx';

/** What the current subject makes of this ACU, as a class. */
function effectOf(state: VerdictState, row: AcuRow): string {
  if (state.carried?.ids.includes(row.id)) return ' carried';
  if (state.lit.has(row.id)) return ' lit';
  if (state.clash.has(row.id)) return ' clash';
  if (state.carried === null) return '';
  return state.against.has(row.id) || row.standing !== 'exact' ? ' dim' : '';
}

/** "agent/fix" as a quiet folder and a name that is read; what a search found in it is marked. */
export function Name({ name, search = '' }: { name: string; search?: string }) {
  const cut = name.lastIndexOf('/') + 1, marked = markedIn(name, partsOf(search));
  const part = (from: number, to: number): ReactNode => (marked.length === 0 ? name.slice(from, to) : <Marked text={name} marked={marked} from={from} to={to} />);
  if (cut === 0 || cut === name.length || name.includes(' ')) return part(0, name.length);
  return <><span className="folder">{part(0, cut)}</span>{part(cut, name.length)}</>;
}

/** What an ACU or a source is called: a request by its quiet number and what it is about. */
export function ShortName({ of, search = '' }: { of: Named; search?: string }) {
  const { number, words } = calledOf(of);
  return number === null ? <Name name={words} search={search} /> : <><span className="folder"><Name name={number} search={search} /></span> <Name name={words} search={search} /></>;
}

/** What a branch is about beside its name, where there is room. */
export function About({ of }: { of: Named }) {
  const { about } = calledOf(of);
  return about !== '' && <span className="about"><span className="folder">{about}</span></span>;
}

function Marked({ text, marked, from, to }: { text: string; marked: ReturnType<typeof markedIn>; from: number; to: number }) {
  const out: ReactNode[] = [];
  let at = from;
  for (const [begin, end] of marked) {
    const first = Math.max(begin, from), last = Math.min(end, to);
    if (first >= last) continue;
    out.push(text.slice(at, first), <mark key={first}>{text.slice(first, last)}</mark>);
    at = last;
  }
  out.push(text.slice(at, to));
  return out;
}

/** Why a search found a row that does not show it itself: by a path it touches, or by a symbol. */
function Why({ index }: { index: number }) {
  const reason = useVisible((s) => s.reasons.get(index) ?? null);
  if (reason === null) return null;
  const more = reason.more === 0 ? '' : ` and ${reason.more} more`, shown = visible(reason.text, 200);
  return <span className="badge why" title={`Found by a ${reason.by}: ${shown}${more}`}><span className="why-by">{reason.by}</span>{reason.by === 'path' ? <span className="why-text"><bdi>{shown}</bdi></span> : <span className="truncate">{shown}</span>}{more !== '' && <span>+{reason.more}</span>}</span>;
}

export interface AcuLineProps {
  readonly row: AcuRow;
  readonly idPrefix: string;
  readonly testId: string;
  readonly position: number;
  readonly showMark?: boolean;
  /** stands under a heading */
  readonly nested?: boolean;
  /** what was searched for: marked in the name, or said why it was found */
  readonly search?: string;
  /** of the element, where the ACU stands in several lines */
  readonly elementId?: string;
  /** in a tree: how deep, from 1, and whether what is below it is shown, where there is something */
  readonly level?: number;
  readonly expanded?: boolean;
  readonly children?: ReactNode;
}

/** What is edited in a working tree and not committed; with a mark while it is another than when one last looked. */
function Edited({ id }: { id: AcuRow['id'] }) {
  const changed = useLive((s) => s.changed.has(id));
  return (
    <span className={`badge edited${changed ? ' changed' : ''}`} title={changed ? 'Edited since you last looked at it; not committed' : 'Edits in a working tree, not committed'}>
      <Icon name="pencil" size={10} />{changed ? 'edited' : 'not committed'}
    </span>
  );
}

export const AcuLine = memo(function AcuLine({ row, idPrefix, testId, position, showMark = true, nested = false, search = '', elementId, level, expanded, children }: AcuLineProps) {
  const selected = useSelection((s) => s.selected.has(row.id));
  const cursor = useSelection((s) => s.cursor === row.id);
  const mark: Mark = useVerdicts((s) => (s.marks === null ? 'unknown' : markOf(s.marks[row.index])));
  const effect = useVerdicts((s) => effectOf(s, row));
  return (
    <div role="row" id={elementId ?? `${idPrefix}${row.id}`} {...(level === undefined ? {} : { 'aria-level': level })} {...(expanded === undefined ? {} : { 'aria-expanded': expanded })} className={`acu${effect}${cursor ? ' cursor' : ''}${nested ? ' nested' : ''}`} aria-selected={selected} aria-disabled={effect === ' dim'} aria-rowindex={position + 1}
      data-testid={testId} data-menu={showMark ? 'acu' : 'member'} data-acu={row.id} data-mark={mark} data-name={row.name}>
      {showMark && <span role="gridcell" className="c-mark" title={`${shortName(row)}: ${markNames[mark]}`}><Glyph mark={mark} label /></span>}
      <span role="gridcell" className="c-name" title={row.title === row.name ? row.name : `${row.name}\n${row.title}`}>
        <span className="name truncate"><ShortName of={row} search={search} /></span>
        {search !== '' && <Why index={row.index} />}
        {row.sources.length > 1 && <span className="badge many" title={`In ${row.sources.length} sources:\n${row.sources.slice(0, 12).join('\n')}`} role="img" aria-label={`in ${row.sources.length} sources`}><Icon name="branch" size={10} />{row.sources.length}</span>}
        {row.sources.length === 1 && row.sources[0] !== row.name && row.worktree !== true && <span className="badge" title={`Part of ${row.sources[0]}`}>{numberOf(row.sources[0]!) ?? row.sources[0]}</span>}
        {row.patch === true && <span className="badge" title="From a patch file">patch</span>}
        {row.worktree === true && <Edited id={row.id} />}
        {row.decided === true && <span className="badge whole" title="Decided by hand between what it requires">decided</span>}
        {row.standing !== 'exact' && <span className="badge whole" title={row.standing === 'stale' ? `Needs a rebase: ${reasonNow(row)}` : row.reason}>{row.standing === 'stale' ? 'rebase' : 'not exact'}</span>}
        <About of={row} />
      </span>
      <span role="gridcell" className="c-counts"><Counts added={row.added} deleted={row.deleted} /></span>
      <span role="gridcell" className="c-author"><Author name={row.author} email={row.email} /></span>
      <span role="gridcell" className="c-age">{row.worktree === true ? <span className="ago" title="Not committed">now</span> : <Ago time={row.time} />}</span>
      <span role="gridcell" className="c-id"><Id id={row.id} what="ACU" /></span>
      {children}
    </div>
  );
});
