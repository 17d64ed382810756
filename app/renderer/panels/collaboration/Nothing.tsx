// What stands where the moment that is shown lies before all of today's work in flight.
import { Empty } from '../../components/atoms.tsx';
import { useCollaboration } from '../../state/collaboration.ts';

/** Work in flight has the time of its newest change: nothing of it is older than the moment that is shown. */
export function NothingThen() {
  return (
    <Empty title="Nothing of today's work was in flight then">
      What is in flight now was begun
      later. <button type="button" className="button small" onClick={() => useCollaboration.setState({ asOf: null })}>Back to now</button>
    </Empty>
  );
}
