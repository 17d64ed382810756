// Changing the grain: the same sources on the same base, cut finer or coarser. What becomes of the composition is shown beside it (Rebound.tsx).
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import type { Grain } from '../../core/model.ts';
import * as act from '../app/actions.ts';
import { TerminalLine } from '../components/atoms.tsx';
import { Overlay } from '../components/Overlay.tsx';
import { grainLine } from '../state/commandLine.ts';
import { chosenIn, useComposition } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { grains, grainWords, useGrains } from '../state/grains.ts';
import { isOver, useOperations } from '../state/operations.ts';
import { closeOverlay } from '../state/ui.ts';
import { plural } from '../state/words.ts';

export function ChangeGrain() {
  return (
    <Overlay label="Change the grain" className="import-overlay">
      <h2 className="overlay-title">Change the grain</h2>
      <GrainForm onDone={closeOverlay} autoFocus />
    </Overlay>
  );
}

export function GrainForm({ onDone, autoFocus = false }: { onDone: () => void; autoFocus?: boolean }) {
  const repository = useConnection((s) => s.repository), now = repository?.grain ?? 'branch';
  const [grain, setGrain] = useState<Grain>(now);
  const busy = useOperations((s) => s.mine.some((operation) => !isOver(operation))), chosen = useComposition(chosenIn), counts = useGrains((s) => s.counts);
  useEffect(() => act.noteGrainNow(), []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!busy && grain !== now && await act.changeGrain(grain)) onDone();
  };
  return (
    <form className="import" onSubmit={(event) => { void submit(event); }}>
      <fieldset className="grains">
        <legend className="muted">How finely sources are cut into ACUs</legend>
        {grains.map((one) => (
          <label key={one} className="grain" data-grain={one}>
            <input type="radio" name="grain" value={one} checked={grain === one} {...(autoFocus && one === now ? { 'data-first': '' } : {})} onChange={() => setGrain(one)} />
            <span className="grain-title">{grainWords[one].title}</span>
            <span className="muted grain-about">{grainWords[one].about}</span>
            <span className="grain-count small">{countWords(counts[one], one === now)}</span>
          </label>
        ))}
      </fieldset>
      <div className="import-line"><TerminalLine text={grainLine(repository?.path ?? '.', grain)} /></div>
      <div className="import-foot">
        <span className="small muted">
          {chosen.length === 0 ? 'Every source is cut anew. It can be undone.' : 'Every source is cut anew; what becomes of what is composed is shown, and can be undone.'}
        </span>
        <span className="spacer" />
        <button type="submit" className="button primary" disabled={busy || grain === now} title={grain === now ? 'Sources are cut so now.' : ''}>Cut</button>
      </div>
    </form>
  );
}

function countWords(count: number | undefined, isNow: boolean): string {
  if (count === undefined) return 'not known yet';
  return isNow ? `${plural(count, 'ACU')} now` : `${plural(count, 'ACU')} when last cut so`;
}
