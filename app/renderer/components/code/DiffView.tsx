// Two texts and what differs: side by side, or unified where there is little room; in colours, and with whose line each is. Loaded when the
// first is shown.
import { MergeView, getChunks, getOriginalDoc, goToNextChunk, goToPreviousChunk, unifiedMergeView } from '@codemirror/merge';
import { Compartment, EditorState, type Extension, type Range, Text } from '@codemirror/state';
import { type BlockInfo, Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import type { Language } from '@codemirror/language';
import { useEffect, useRef, useState } from 'react';
import { visible } from '../../../core/visible.ts';
import { showing } from '../../state/diff.ts';
import { MOST_COLOURED, languageHere, languageOf } from './language.ts';
import { lineChanges } from './lineDiff.ts';
import { type Owning, ownerGutter } from './owners.ts';
import { readOnly } from './theme.ts';

export interface DiffViewProps {
  readonly before: string; readonly after: string;
  /** whole: it says which colours, and is copied */
  readonly path: string;
  readonly split: boolean;
  /** folds nothing */
  readonly whole: boolean;
  readonly whitespace: boolean;
  readonly owning: Owning | null;
  /** number of the first line of each side */
  readonly from?: readonly [before: number, after: number];
  /** what each side is called for who hears it */
  readonly sides?: readonly [before: string, after: string];
  /** a part of something: no folds, no keys of its own */
  readonly isPart?: boolean;
  /** the views are in the document; they are painted with the next frame */
  readonly onShown?: () => void;
}

/** Unchanged lines kept around a change, and how many more must be unchanged to be folded away. */
const folds = { margin: 3, minSize: 6 };
/** Lines are compared as the engine does; the rest is a bound on the time spent within them. */
const diffConfig = { scanLimit: 5000, timeout: 150, override: lineChanges };

/** A new file takes the place of nothing, which would be shown as one empty line taken out. */
const newFile = EditorView.theme({ '.cm-deletedChunk': { display: 'none' } });

/** Split at line feeds alone, so that lines are those that the engine counts. */
const textOf = (text: string): Text => Text.of(text.split('\n'));

/** The first line of the original that stands in a block of lines taken out. */
function linesTakenOut(view: EditorView, block: BlockInfo): number | null {
  const chunk = getChunks(view.state)?.chunks.find(({ fromB, fromA, toA }) => fromB === block.from && toA > fromA);
  return chunk === undefined ? null : getOriginalDoc(view.state).lineAt(Math.min(chunk.fromA, getOriginalDoc(view.state).length)).number - 1;
}

const wholly = Decoration.line({ class: 'cm-wholly' });
/** Lines that are new as a whole, or go as a whole: no word of them is marked beside. */
const wholeLines = EditorView.decorations.of((view): DecorationSet => {
  const found = getChunks(view.state), marks: Range<Decoration>[] = [];
  if (found === null) return Decoration.none;
  const isA = found.side === 'a', { from, to } = view.viewport;
  for (const { fromA, toA, fromB, toB } of found.chunks) {
    const [start, end, other] = isA ? [fromA, toA, toB - fromB] : [fromB, toB, toA - fromA];
    if (start > to) break;
    if (other > 0 || end < from) continue;
    for (let line = view.state.doc.lineAt(Math.max(start, from)); ; line = view.state.doc.line(line.number + 1)) {
      if (line.from < end) marks.push(wholly.range(line.from));
      if (line.to + 1 >= Math.min(end, to) || line.number === view.state.doc.lines) break;
    }
  }
  return Decoration.set(marks);
});

/** Null until its grammar is here: what is to be read is painted plain first, and again in colours when a grammar had to be fetched. */
function useLanguage(path: string, isWanted: boolean): Language | null {
  const [, arrived] = useState(0), found = isWanted ? languageHere(path) : null;
  useEffect(() => {
    if (found !== undefined) return undefined;
    let isHere = true;
    void languageOf(path).then((language) => { if (isHere && language !== null) arrived((n) => n + 1); });
    return () => { isHere = false; };
  }, [path, found]);
  return found ?? null;
}

export default function DiffView({ before, after, path, split, whole, whitespace, owning, from = FIRST, sides = SIDES, isPart = false, onShown }: DiffViewProps) {
  const name = visible(path), language = useLanguage(path, Math.max(before.length, after.length) <= MOST_COLOURED);
  const host = useRef<HTMLDivElement>(null), views = useRef<readonly EditorView[]>([]), owners = useRef(new Compartment());
  useEffect(() => {
    const parent = host.current!, ownersOf = owners.current;
    // a file that is new or gone differs everywhere: marking each word of it says nothing
    const highlightChanges = before !== '' && after !== '', collapse = whole || isPart ? {} : { collapseUnchanged: folds };
    const side = (label: string, first: number): Extension => [readOnly(label, { whitespace, first }), language?.extension ?? [], wholeLines, ownersOf.of([])];
    let end: () => void, main: EditorView;
    if (split) {
      const view = new MergeView({
        parent, gutter: true, highlightChanges, diffConfig, ...collapse,
        a: { doc: textOf(before), extensions: side(`${name}, ${sides[0]}`, from[0]) }, b: { doc: textOf(after), extensions: side(`${name}, ${sides[1]}`, from[1]) },
      });
      views.current = [view.a, view.b];
      main = view.b;
      end = () => view.destroy();
    } else {
      main = new EditorView({
        parent,
        state: EditorState.create({ doc: textOf(after), extensions: [side(name, from[1]), ...before === '' ? [newFile] : [], unifiedMergeView({ original: textOf(before), gutter: true, highlightChanges, mergeControls: false, diffConfig, ...collapse })] }),
      });
      views.current = [main];
      end = () => main.destroy();
    }
    const stop = isPart ? () => undefined : showing({
      path,
      step(by) {
        const went = (by > 0 ? goToNextChunk : goToPreviousChunk)(main);
        if (went) main.dispatch({ effects: EditorView.scrollIntoView(main.state.selection.main.head, { y: 'center' }) });
        return went;
      },
    });
    onShown?.();
    return () => { stop(); end(); };
  }, [before, after, path, name, language, split, whole, whitespace, from, sides, isPart, onShown]);
  // whose lines these are is told later than what they say
  useEffect(() => {
    const own = owners.current;
    for (const [i, view] of views.current.entries()) {
      const isBefore = split && i === 0;
      view.dispatch({ effects: own.reconfigure(owning === null ? [] : ownerGutter(owning, isBefore ? 'before' : 'after', split ? undefined : linesTakenOut)) });
    }
  }, [owning, before, after, path, language, split, whole, whitespace, from, sides, isPart]);
  return <div ref={host} className={`code ${split ? 'code-split' : 'code-unified'}`} />;
}

const FIRST = [1, 1] as const, SIDES = ['base', 'composed'] as const;
