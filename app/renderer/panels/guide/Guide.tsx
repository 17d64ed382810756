// A step of the guide beside what it is about. It takes no keyboard and covers nothing one needs: what it asks for is done in the window itself, and it goes on
// by that. F6 comes by here; Escape, with the keyboard in it, leaves.
import { arrow, autoUpdate, flip, offset, shift, useFloating } from '@floating-ui/react-dom';
import { useEffect, useState } from 'react';
import { visibleSentence } from '../../../core/visible.ts';
import { Icon } from '../../components/Icon.tsx';
import { Keys } from '../../components/Keys.tsx';
import { command, run } from '../../commands/registry.ts';
import { goOnInGuide, leaveGuide } from '../../app/guide.ts';
import { composedIn, setKey, useComposition } from '../../state/composition.ts';
import { isFiltered, useFilters } from '../../state/filters.ts';
import { goBack, steps, useGuide } from '../../state/guide.ts';
import type { Scene, Step } from '../../state/guide.ts';
import { useOperations } from '../../state/operations.ts';
import { showPane } from '../../state/room.ts';
import { useSelection } from '../../state/selection.ts';
import { withNumbers } from '../../state/shortName.ts';
import { useSuggestion } from '../../state/suggestion.ts';
import { say, useUi } from '../../state/ui.ts';
import { ids } from '../../testids.ts';
import './guide.css';

function scene(): Scene {
  const { cursor } = useSelection.getState(), { last } = useOperations.getState(), composed = composedIn(useComposition.getState());
  return {
    composed: setKey(composed), members: composed.length, found: useSuggestion.getState().found !== null, leftOut: cursor !== null && composed.length > 0 && !composed.includes(cursor),
    filtered: isFiltered(useFilters.getState()), operation: last?.id ?? 0, kind: last?.kind ?? null,
  };
}

export default function Guide() {
  const at = useGuide((s) => s.at);
  return at === null ? null : <Card key={at} at={at} step={steps[at]!} />;
}

/** The element that a step points at, as the window changes. */
function useAnchor({ at }: Step): Element | null {
  const [anchor, setAnchor] = useState<Element | null>(null);
  useEffect(() => {
    const look = (): void => setAnchor(at.map((selector) => document.querySelector(selector)).find((one) => one !== null && one.getClientRects().length > 0) ?? null);
    look();
    const every = setInterval(look, 250);
    return () => clearInterval(every);
  }, [at]);
  return anchor;
}

function Card({ at, step }: { at: number; step: Step }) {
  const anchor = useAnchor(step), [tip, setTip] = useState<HTMLSpanElement | null>(null);
  useEffect(() => {
    useUi.setState({ tab: 'compose' });
    if (step.pane !== null) showPane(step.pane);
    say(`Guide, step ${at + 1} of ${steps.length}: ${step.title}. ${step.text}`);
    const began = scene();
    // several stores tell of one deed
    const look = (): void => { if (useGuide.getState().at === at && step.isDone?.(scene(), began) === true) goOnInGuide(); };
    const stops = [useComposition.subscribe(look), useSuggestion.subscribe(look), useSelection.subscribe(look), useOperations.subscribe(look), useFilters.subscribe(look)];
    return () => { for (const stop of stops) stop(); };
  }, [at, step]);
  const { refs: { setFloating }, floatingStyles, placement, middlewareData } = useFloating({
    strategy: 'fixed', placement: 'bottom', whileElementsMounted: autoUpdate, elements: { reference: anchor },
    middleware: [offset(12), flip({ fallbackPlacements: ['top', 'right', 'left'] }), shift({ padding: 8 }), arrow({ element: tip, padding: 8 })],
  });
  useEffect(() => {
    anchor?.classList.add('guided');
    return () => anchor?.classList.remove('guided');
  }, [anchor]);
  // what is asked for may be so already, and what does it may not be possible, or be about something else
  const [isDone] = useState(() => { const now = scene(); return step.isDone?.(now, now) === true; });
  const last = useOperations((s) => s.last), canUndo = useOperations((s) => s.canUndo);
  useSuggestion((s) => s.found);
  useComposition((s) => s.confirmed);
  const does = step.command === null ? null : command(step.command);
  const why = does === null ? null : does.disabled() ?? (step.id === 'undo' && last?.kind !== 'write-branch' ? `No branch was written just now: undo would take back “${withNumbers(visibleSentence(canUndo ?? ''))}”, which is not the guide's.` : null);
  const side = ({ top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const)[placement.split('-')[0] as 'top'];
  return (
    <section ref={setFloating} className={`guide${anchor === null ? ' is-loose' : ''}`} style={anchor === null ? {} : floatingStyles}
      aria-label={`Guide, step ${at + 1} of ${steps.length}`} data-testid={ids.guide} data-step={step.id}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); leaveGuide(); } }}>
      {anchor !== null && <span ref={setTip} className="guide-tip" style={{ left: middlewareData.arrow?.x, top: middlewareData.arrow?.y, [side]: -5 }} />}
      <header className="row">
        <h2>{step.title}</h2>
        <span className="spacer" />
        <span className="small muted">{at + 1} of {steps.length}</span>
        <button type="button" className="button quiet small icon" aria-label="Leave the guide" title="Leave the guide; it can be taken up again"
          onClick={leaveGuide}>
          <Icon name="close" size={12} />
        </button>
      </header>
      <p>{step.text}</p>
      {isDone ? <p className="small muted">This is so already: go on.</p>
        : why !== null ? <p className="small muted">{why}</p>
        : step.id === 'undo' && canUndo !== null && <p className="small muted">It takes back: {withNumbers(visibleSentence(canUndo))}.</p>}
      <footer className="row">
        {does !== null && (
          <button type="button" className="button small" aria-disabled={why !== null} title={why ?? does.title}
            onClick={() => { if (why === null) run(does.id); }}>
            Do it{does.keys[0] !== undefined && <Keys keys={does.keys[0]} />}
          </button>
        )}
        <span className="spacer" />
        {at > 0 && <button type="button" className="button quiet small" onClick={goBack}>Back</button>}
        <button type="button" className="button quiet small" data-testid={ids.guideOn} onClick={goOnInGuide}>{at + 1 === steps.length ? 'End' : 'Go on'}</button>
      </footer>
    </section>
  );
}
