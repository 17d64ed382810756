// Several ACUs selected: what they come to together, which paths they share, which of them conflict, and what they compose to.
import { useMemo, useState } from 'react';
import type { AcuId, PathBytes } from '../../../core/bytes.ts';
import { display } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import { replica, service } from '../../app/session.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { Author, Counts, Spinner } from '../../components/atoms.tsx';
import { Glyph } from '../../components/Icon.tsx';
import { useAnswer } from '../../components/useAnswer.ts';
import { setKey, totals } from '../../state/composition.ts';
import { useConflictQuery } from '../../state/conflicts.ts';
import { useConnection } from '../../state/connection.ts';
import { lookOf, nameOf, useReplica } from '../../state/replica.ts';
import { useUi } from '../../state/ui.ts';
import { grouped, listed, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { edgeMark } from '../../../workers/client.ts';
import type { ConflictView } from '../../../workers/client.ts';

/** ACUs whose files and conflicts are asked for one by one; of more only sums are shown. */
const MOST = 60;
const SHOWN = 100;

export default function Several({ chosen }: { chosen: readonly AcuId[] }) {
  const held = useReplica(), { byId, generation } = held, online = useConnection((s) => s.state === 'open');
  const rows = useMemo(() => chosen.flatMap((id) => byId.get(id) ?? []), [chosen, byId]), key = `${generation} ${setKey(chosen)}`, isFew = rows.length <= MOST;
  const added = rows.reduce((n, row) => n + row.added, 0), deleted = rows.reduce((n, row) => n + row.deleted, 0);
  const people = [...new Map(rows.map((row) => [row.author, row])).values()];
  const shared = useAnswer(online && isFew ? key : null, () => sharedPaths(rows.map(({ id }) => id)));
  const among = useAnswer(isFew ? key : null, () => conflictsAmong(chosen));
  const [asked, setAsked] = useState('');
  const preview = useAnswer(online && asked === key ? key : null, async () => {
    const closed = withRequired(chosen, (id) => byId.get(id)?.requires ?? []);
    return { closed, result: await service().call('preview', { acus: closed }) };
  });
  return (
    <div className="inspect" data-testid={ids.several}>
      <div className="inspect-title"><strong>{plural(rows.length, 'ACU')}</strong><Counts added={added} deleted={deleted} /></div>
      <dl className="facts">
        <dt>People</dt>
        <dd>
          {people.slice(0, 8).map((row) => <Author key={row.author} name={row.author} email={row.email} full />)}
          {people.length > 8 && <span className="muted">and {plural(people.length - 8, 'other')}</span>}
        </dd>
        <dt>Conflicts</dt>
        <dd>{!isFew ? <button type="button" className="button quiet small" onClick={() => { useConflictQuery.setState({ acus: chosen }); useUi.setState({ tab: 'conflicts' }); }}>Show their conflicts</button> : among.value === null ? <Spinner /> : among.value.length === 0 ? <span className="faint">none among them</span> : (
          <>
            {among.value.slice(0, 12).map((conflict, i) => (
              <div key={i} className="inspect-conflict" title={conflict.detail}>
                <Glyph mark={edgeMark[lookOf(held, conflict)]} size={10} />
                <span className="truncate">{nameOf(conflict.a)} × {conflict.b === 'base' ? 'the base' : nameOf(conflict.b)}</span>
                <span className="mono truncate faint">{conflict.shown}</span>
              </div>
            ))}
            {among.value.length > 12 && <div className="muted">and {plural(among.value.length - 12, 'more')}</div>}
          </>
        )}</dd>
        <dt>Together</dt>
        <dd>{asked !== key
          ? <button type="button" className="button small" disabled={!online} onClick={() => setAsked(key)}>What do they compose to?</button>
          : preview.state !== 'here' || preview.value === null ? preview.state === 'failed' ? <span className="muted">It could not be found out.</span> : <Spinner />
          : preview.value.result.tree === null
            ? <span>
                To
                nothing: {preview.value.result.conflicts.length > 0 ? listed(preview.value.result.conflicts.slice(0, 3).map(({ a, b, shown }) => `${nameOf(a)} × ${b === 'base' ? 'the base' : nameOf(b)} in ${shown}`), 3) : 'one of them cannot be composed'}.
              </span>
            : <span>{plural(preview.value.result.files.length, 'file')} <Counts {...totals(preview.value.result.files)} />{preview.value.closed.length > rows.length && <span className="muted"> with {plural(preview.value.closed.length - rows.length, 'other')} that they need</span>}</span>}</dd>
        <dt>Shared paths</dt>
        <dd>{!isFew ? <span className="faint">of at most {MOST} ACUs</span> : shared.value === null ? online ? <Spinner /> : <span className="faint">the service is away</span> : shared.value.length === 0 ? <span className="faint">none</span> : (
          <>
            {shared.value.slice(0, SHOWN).map(({ path, by }) => (
              <div key={path} className="row" title={listed(by.map(nameOf), 8)}>
                <span className="mono truncate">{visible(display(path))}</span>
                <span className="spacer" />
                <span className="tiny muted">{grouped(by.length)}</span>
              </div>
            ))}
            {shared.value.length > SHOWN && <div className="muted">and {plural(shared.value.length - SHOWN, 'more')}</div>}
          </>
        )}</dd>
      </dl>
      <ul className="several">
        {rows.slice(0, 200).map((row) => <li key={row.id}><AcuLink id={row.id} /></li>)}
        {rows.length > 200 && <li className="muted">and {plural(rows.length - 200, 'more')}</li>}
      </ul>
    </div>
  );
}

/** Paths that more than one of them changes, the most shared first. */
async function sharedPaths(acus: readonly AcuId[]): Promise<readonly { readonly path: PathBytes; readonly by: readonly AcuId[] }[]> {
  const by = new Map<PathBytes, AcuId[]>();
  for (const [i, { files }] of (await Promise.all(acus.map((acu) => service().call('acuFiles', { acu })))).entries()) {
    for (const { path } of files) { const list = by.get(path); if (list === undefined) by.set(path, [acus[i]!]); else list.push(acus[i]!); }
  }
  return [...by].filter(([, list]) => list.length > 1).map(([path, list]) => ({ path, by: list })).sort((x, y) => y.by.length - x.by.length || (x.path < y.path ? -1 : 1));
}

async function conflictsAmong(acus: readonly AcuId[]): Promise<readonly ConflictView[]> {
  const inside = new Set<AcuId | 'base'>(acus), found = await Promise.all(acus.map((id) => replica().call((api) => api.conflictsOf(id, 200))));
  return found.flatMap(({ rows }, i) => rows.filter(({ a, b }) => a === acus[i] && inside.has(b)));
}

function withRequired(acus: readonly AcuId[], requires: (id: AcuId) => readonly AcuId[]): AcuId[] {
  const out = new Set<AcuId>();
  for (const open = [...acus]; open.length > 0;) { const id = open.pop()!; if (!out.has(id)) { out.add(id); open.push(...requires(id)); } }
  return [...out];
}
