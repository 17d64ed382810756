// Several ACUs selected: what they come to.
import type { AcuId } from '../../../core/bytes.ts';
import { AcuLink } from '../../components/AcuLink.tsx';
import { Counts } from '../../components/atoms.tsx';
import { useReplica } from '../../state/replica.ts';
import { plural } from '../../state/words.ts';

export function Several({ chosen }: { chosen: readonly AcuId[] }) {
  const byId = useReplica((s) => s.byId);
  const rows = chosen.flatMap((id) => byId.get(id) ?? []);
  const added = rows.reduce((n, row) => n + row.added, 0), deleted = rows.reduce((n, row) => n + row.deleted, 0);
  return (
    <div className="inspect">
      <div className="inspect-title"><strong>{plural(rows.length, 'ACU')}</strong><Counts added={added} deleted={deleted} /></div>
      <ul className="several">{rows.slice(0, 200).map((row) => <li key={row.id}><AcuLink id={row.id} /></li>)}{rows.length > 200 && <li className="muted">and {plural(rows.length - 200, 'more')}</li>}</ul>
    </div>
  );
}
