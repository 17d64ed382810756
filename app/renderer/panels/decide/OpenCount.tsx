// Beside the name of the tab in which conflicts are decided: how many are open.
import { useComposition } from '../../state/composition.ts';

export function OpenCount() {
  const n = useComposition((s) => s.confirmed?.open?.length ?? 0);
  return n === 0 ? null : <span className="tab-count"><span aria-hidden="true">{n}</span><span className="sr-only">, {n} open</span></span>;
}
