// A file's difference, whatever it is: text in CodeMirror (loaded when first needed), or a sentence where there is no text.
import { Suspense, lazy, useEffect, useRef, useState } from 'react';
import type { Shown } from '../../contract/methods.ts';
import { visible } from '../../core/visible.ts';
import { useDiff } from '../state/diff.ts';
import { useSettings } from '../state/settings.ts';
import { whenIdle } from '../state/timing.ts';
import { useUi } from '../state/ui.ts';
import { bytesWords } from '../state/words.ts';
import { ids } from '../testids.ts';
import type { Owning } from './code/owners.ts';
import { Icon } from './Icon.tsx';
import { Spinner } from './atoms.tsx';

const load = () => import('./code/DiffView.tsx');
const DiffView = lazy(load);
export const TextView = lazy(() => import('./code/TextView.tsx'));

/** Fetches the code viewer while nothing else is to do, so that the first difference does not wait for it. */
export function warmUp(): void {
  void whenIdle(3000).then(load);
}

/** Side by side from here on, in CSS pixels. */
const WIDE = 760;

export interface DiffProps {
  /** whole: it is shown by core/visible.ts, and its end says which colours */
  readonly path: string;
  readonly before: Shown | null; readonly after: Shown | null;
  /** whose lines these are, where that is told */
  readonly owning?: Owning | null;
  /** what each side is called */
  readonly sides?: readonly [before: string, after: string];
  readonly onShown?: () => void;
}

export function Diff({ path, before, after, owning = null, sides, onShown }: DiffProps) {
  const host = useRef<HTMLDivElement>(null), [wide, setWide] = useState(false);
  const as = useUi((s) => s.diffAs), whole = useDiff((s) => s.whole), whitespace = useDiff((s) => s.whitespace), most = useSettings((s) => s.diffKilobytes) * 1000;
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWide((entry?.contentRect.width ?? 0) >= WIDE));
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  const note = noteOn(before, after);
  // what is new or gone has one side
  const split = before !== null && after !== null && (as === 'auto' ? wide : as === 'split');
  const [a, b] = [cut(before, most), cut(after, most)];
  useEffect(() => { if (note !== null) onShown?.(); }, [note, onShown]);
  return (
    <div ref={host} className="diff" data-testid={ids.diff} data-file={visible(path)} data-as={split ? 'split' : 'unified'}>
      {note !== null
        ? <div className="diff-note muted">{note}</div>
        : (
          <>
            {(a.isCut || b.isCut) && (
              <div className="diff-cut small">Only the first part is shown: the file has {bytesWords(Math.max(before?.bytes ?? 0, after?.bytes ?? 0))}.</div>
            )}
            {Math.max(a.text.length, b.text.length) > UNCOLOURED && (
              <div className="diff-cut small">Without colours: the file has {bytesWords(Math.max(before?.bytes ?? 0, after?.bytes ?? 0))}.</div>
            )}
            {before !== null && after !== null && isEnded(before) !== isEnded(after) && (
              <div className="diff-cut small">
                {isEnded(after) ? 'The last line had no line feed at its end; now it has.' : 'The last line has no line feed at its end any more.'}
              </div>
            )}
            <Suspense fallback={<div className="diff-note"><Spinner /></div>}>
              <DiffView path={path} before={a.text} after={b.text} split={split} whole={whole} whitespace={whitespace} owning={owning}
                {...(sides === undefined ? {} : { sides })} {...(onShown === undefined ? {} : { onShown })} />
            </Suspense>
          </>
        )}
    </div>
  );
}

/** MOST_COLOURED of code/language.ts, which is not loaded for this. */
const UNCOLOURED = 500_000;

const isEnded = ({ text, truncated }: Shown): boolean => truncated || text === '' || text.endsWith('\n');
/** What ends the last line begins no other. */
const unended = (text: string): string => (text.endsWith('\n') ? text.slice(0, -1) : text);

/** Cut between lines where it has any; the service cuts as well, at 2 MiB. */
function cut(shown: Shown | null, most: number): { readonly text: string; readonly isCut: boolean } {
  if (shown === null || shown.text.length <= most) return { text: unended(shown?.text ?? ''), isCut: shown?.truncated === true };
  const end = shown.text.lastIndexOf('\n', most);
  return { text: shown.text.slice(0, end > 0 ? end : most), isCut: true };
}

function noteOn(before: Shown | null, after: Shown | null): string | null {
  if (before === null && after === null) return 'Nothing to show.';
  if (before?.binary === true || after?.binary === true) {
    if (before === null) return `A new binary file of ${bytesWords(after!.bytes)}.`;
    if (after === null) return `A binary file of ${bytesWords(before.bytes)} is deleted.`;
    return `A binary file: ${bytesWords(before.bytes)} become ${bytesWords(after.bytes)}.`;
  }
  if ((before?.text ?? '') === (after?.text ?? '')) return before === null || after === null ? 'An empty file.' : 'The content is the same; only the mode differs.';
  return null;
}

export function DiffSwitch() {
  const as = useUi((s) => s.diffAs);
  return (
    <span className="row diff-switch">
      <button type="button" className="button quiet small icon" aria-label="Unified" aria-pressed={as === 'unified'} title="Unified (U)"
        onClick={() => useUi.setState({ diffAs: as === 'unified' ? 'auto' : 'unified' })}>
        <Icon name="unified" size={13} />
      </button>
      <button type="button" className="button quiet small icon" aria-label="Side by side" aria-pressed={as === 'split'} title="Side by side (U)"
        onClick={() => useUi.setState({ diffAs: as === 'split' ? 'auto' : 'split' })}>
        <Icon name="split" size={13} />
      </button>
    </span>
  );
}
