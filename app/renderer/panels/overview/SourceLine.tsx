// One source in one line: what adding all of it would be, its name, how many ACUs it has, size, author and age. It opens to its ACUs.
import { memo, useMemo } from 'react';
import { Ago, Author, Counts } from '../../components/atoms.tsx';
import { About, ShortName } from '../../components/AcuLine.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { markOf } from '../../state/markIndex.ts';
import { namedSource, useReplica } from '../../state/replica.ts';
import { shortName } from '../../state/shortName.ts';
import { useSelection } from '../../state/selection.ts';
import { useVisible } from '../../state/visible.ts';
import { plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { markNames } from '../../../workers/client.ts';
import type { SourceRow } from '../../../workers/client.ts';

export interface SourceLineProps { readonly source: SourceRow; readonly index: number; /** null: of one ACU, it has nothing to open to */ readonly open: boolean | null; readonly level: number; readonly position: number; readonly search: string }

export const SourceLine = memo(function SourceLine({ source, index, open, level, position, search }: SourceLineProps) {
  const byId = useReplica((s) => s.byId), mark = useVisible((s) => markOf(s.arrangement?.sourceMarks[index]));
  const selected = useSelection((s) => source.acus.length > 0 && source.acus.every((id) => s.selected.has(id)));
  const tip = source.acus.at(-1), cursor = useSelection((s) => tip !== undefined && s.cursor === tip);
  const { rows, added, deleted, time } = useMemo(() => {
    const all = source.acus.flatMap((id) => byId.get(id) ?? []);
    return { rows: all, added: all.reduce((sum, row) => sum + row.added, 0), deleted: all.reduce((sum, row) => sum + row.deleted, 0), time: Math.max(0, ...all.map((row) => row.time)) };
  }, [source, byId]);
  const last = rows.at(-1), called = namedSource(source, byId), state = last?.worktree === true ? 'edited' : null;
  return (
    <div role="row" id={`acu-source-${index}`} className={`acu source-line${cursor ? ' cursor' : ''}`} aria-level={level} {...(open === null ? {} : { 'aria-expanded': open })} aria-selected={selected} aria-rowindex={position + 1}
      data-testid={ids.sourceRow} data-menu="source" data-source={index} data-acu={tip} data-mark={mark} data-name={source.name}>
      <span role="gridcell" className="c-mark" title={`${shortName(called)}: ${markNames[mark]}`}><Glyph mark={mark} label /></span>
      <span role="gridcell" className="c-name" title={called.title === '' || called.title === source.name ? source.name : `${source.name}\n${called.title}`}>
        <span className="source-open">{open !== null && <Icon name={open ? 'down' : 'right'} size={11} />}</span><span className="name truncate"><ShortName of={called} search={search} /></span>
        {state !== null && <span className="badge edited"><Icon name="pencil" size={10} />{state}</span>}
        {rows.some((row) => row.standing === 'stale') && <span className="badge whole" title="Needs a rebase: it conflicts with the base">rebase</span>}
        <About of={called} />
      </span>
      <span role="gridcell" className="c-counts"><Counts added={added} deleted={deleted} /></span>
      <span role="gridcell" className="c-author">{last !== undefined && <Author name={last.author} email={last.email} />}</span>
      <span role="gridcell" className="c-age">{last?.worktree === true ? <span className="ago" title="Not committed">now</span> : <Ago time={time} />}</span>
      <span role="gridcell" className="c-id source-size">{rows.length === 1 ? '' : plural(rows.length, 'ACU')}</span>
    </div>
  );
});
