// The heading of a group: what it is, how many of it are what, and how much of it that is.
import { memo, useMemo } from 'react';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { MenuButton } from '../../components/MenuButton.tsx';
import { markIndex } from '../../state/markIndex.ts';
import { useVisible } from '../../state/visible.ts';
import { grouped } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { COUNTS, RISK } from '../../../workers/client.ts';
import type { Mark } from '../../../workers/client.ts';

interface Part { readonly mark: Mark; readonly count: number; readonly words: string }

/** Of the graver ones first what a person asks for first. What is at risk is also one of the others: it is counted, and no part of the bar. */
const parts: readonly (readonly [mark: Mark, one: string, many: string])[] = [
  ['in', 'is in the composition', 'are in the composition'], ['fits', 'fits', 'fit'], ['needs', 'needs others', 'need others'], ['conflicts', 'conflicts', 'conflict'], ['unable', 'cannot be composed', 'cannot be composed'],
  ['stale', 'needs a rebase', 'need a rebase'], ['inexact', 'is not yet exact', 'are not yet exact'], ['risk', 'is at risk', 'are at risk'],
];

function partsOf(counts: Uint32Array): readonly Part[] {
  const of = (mark: Mark): number => (mark === 'risk' ? counts[RISK]! : counts[markIndex(mark)]! + (mark === 'conflicts' ? counts[markIndex('order')]! : 0));
  return parts.flatMap(([mark, one, many]) => { const count = of(mark); return count === 0 ? [] : [{ mark, count, words: `${grouped(count)} ${count === 1 ? one : many}` }]; });
}

/** How much of the whole each is, drawn; the numbers beside it say it in words. */
function Bar({ parts: all }: { parts: readonly Part[] }) {
  return <span className="group-bar" aria-hidden="true">{all.filter(({ mark }) => mark !== 'risk').map(({ mark, count }) => <span key={mark} className={`group-part tone-${mark}`} style={{ flexGrow: count }} />)}</span>;
}

export const GroupLine = memo(function GroupLine({ group, open, position, isCursor }: { group: number; open: boolean; position: number; isCursor: boolean }) {
  const groups = useVisible((s) => s.arrangement?.groups ?? null);
  const shown = useMemo(() => (groups === null ? [] : partsOf(groups.counts.subarray(group * COUNTS, (group + 1) * COUNTS))), [groups, group]);
  if (groups === null) return null;
  const title = groups.titles[group]!, size = groups.starts[group + 1]! - groups.starts[group]!;
  return (
    <div role="row" id={`acu-group-${group}`} className={`group-line overview-group${isCursor ? ' cursor' : ''}`} aria-level={1} aria-expanded={open} aria-rowindex={position + 1} aria-label={`${title}: ${grouped(size)}; ${shown.map(({ words }) => words).join(', ')}`}
      data-testid={ids.group} data-menu="source" data-group={group} data-name={title}>
      <span role="rowheader" className="group-title"><Icon name={open ? 'down' : 'right'} size={12} /><span className="truncate" title={title}>{title}</span><span className="group-size">{grouped(size)}</span></span>
      <span role="gridcell" className="group-counts">
        {shown.map(({ mark, count, words }) => <span key={mark} className="group-count" title={words}><Glyph mark={mark} size={9} />{grouped(count)}</span>)}
        <Bar parts={shown} />
        <MenuButton menu="source" of={title} tabIndex={-1} />
      </span>
    </div>
  );
});
