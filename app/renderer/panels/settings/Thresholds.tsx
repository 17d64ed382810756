// Where things begin and end: what counts as old, how long and how much is looked at. Each governs what it says, from now on.
import { HALF_LIFE_DAYS } from '../../../core/collaboration/model.ts';
import { halfLives, useCollaboration } from '../../state/collaboration.ts';
import { plural } from '../../state/words.ts';
import { Field, Fields } from './Fields.tsx';

const words = (days: number): string => (days % 365 === 0 ? plural(days / 365, 'year') : plural(days / 30, 'month'));

export function Thresholds() {
  const days = useCollaboration((s) => s.halfLifeDays), set = (halfLifeDays: number): void => useCollaboration.setState({ halfLifeDays });
  return (
    <>
      <Fields of={['oldDays', 'searchSeconds', 'graphEdges', 'diffKilobytes']} />
      <div className="fields">
        <Field id="halfLife" name={<label htmlFor="setting-half-life">Knowledge halves in</label>}
          about="Who touched a file long ago knows less of it; experts and assignments weigh by it."
          first={days === HALF_LIFE_DAYS ? null : { words: words(HALF_LIFE_DAYS), back: () => set(HALF_LIFE_DAYS) }}
          control={<select id="setting-half-life" className="field amount" value={days} onChange={(event) => set(Number(event.target.value))}>{halfLives.map((one) => <option key={one} value={one}>{words(one)}</option>)}</select>} />
      </div>
    </>
  );
}
