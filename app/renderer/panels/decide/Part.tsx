// A stretch of a text in CodeMirror: read, with its lines numbered as in their file and what differs marked; or written. Loaded when the first
// place is shown.
import { defaultKeymap, history, historyKeymap, insertNewlineKeepIndent } from '@codemirror/commands';
import { Chunk } from '@codemirror/merge';
import { Compartment, EditorState, type Extension, Prec, RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, EditorView, keymap } from '@codemirror/view';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { MOST_COLOURED, languageOf } from '../../components/code/language.ts';
import { lineChanges } from '../../components/code/lineDiff.ts';
import { readOnly } from '../../components/code/theme.ts';

export interface PartProps {
  readonly text: string;
  readonly label: string;
  /** whose end says which colours */
  readonly path: string;
  /** the number of its first line */
  readonly first: number;
  /** lines that differ from this, or from that, are marked, and so is where lines of it are gone */
  readonly against?: string | null;
  readonly also?: string | null;
  /** it is what was before the others: its lines that differ are those they gave up */
  readonly isBefore?: boolean;
  /** 0-based lines [start, end) that stand out */
  readonly place?: readonly [number, number];
  /** it is written: hears each change; `done` where one is through with it, and whether to go on */
  readonly onWrite?: (text: string) => void;
  readonly done?: (how: 'leave' | 'accept') => void;
}

const changed = Decoration.line({ class: 'changed' }), given = Decoration.line({ class: 'gone' }), above = Decoration.line({ class: 'gone-above' }), below = Decoration.line({ class: 'gone-below' }), place = Decoration.line({ class: 'decided-line' });
const textOf = (text: string): Text => Text.of(text.split('\n'));

/** The lines that differ from others, by number. */
function differing(doc: Text, others: readonly (string | null | undefined)[], isBefore: boolean): Map<number, Decoration> {
  const lines = new Map<number, Decoration>();
  for (const other of others) {
    if (other == null) continue;
    for (const { fromB, toB, endB } of Chunk.build(textOf(other), doc, { scanLimit: 2000, timeout: 80, override: lineChanges })) {
      const first = doc.lineAt(Math.min(doc.length, fromB)).number;
      if (toB > fromB) for (let n = first; n <= doc.lineAt(Math.min(doc.length, Math.max(fromB, endB))).number; n++) lines.set(n, isBefore ? given : changed);
      else if (!isBefore && !lines.has(first)) lines.set(first, fromB >= doc.length ? below : above);
    }
  }
  return lines;
}

function marks(doc: Text, differ: ReadonlyMap<number, Decoration>, stands: PartProps['place']): Extension {
  const lines = new Map(differ);
  if (stands !== undefined) for (let n = stands[0] + 1; n <= Math.min(doc.lines, stands[1]); n++) lines.set(n, place);
  const builder = new RangeSetBuilder<Decoration>();
  for (const [n, mark] of [...lines].sort(([a], [b]) => a - b)) { const { from } = doc.line(n); builder.add(from, from, mark); }
  return EditorView.decorations.of(builder.finish());
}

/** What is typed over a selection is put in its place by ourselves: the browser would join lines with styles of its own, which the page's policy refuses. */
const overSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== 'insertText' || event.data === null || view.composing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data));
    return true;
  },
});

/** Three sides share a width: what is read wraps, and goes on further in than it began. */
const wraps: Extension = [EditorView.lineWrapping, EditorView.theme({ '.cm-line': { paddingLeft: 'calc(8px + 4ch) !important', textIndent: '-4ch' } })];
const small = EditorView.theme({ '&': { height: 'auto' }, '.cm-scroller': { overflow: 'auto' } });

export default function Part({ text, label, path, first, against, also, isBefore = false, place: stands, onWrite, done }: PartProps) {
  const host = useRef<HTMLDivElement>(null), isWritten = onWrite !== undefined;
  const heard = useEffectEvent((now: string) => onWrite?.(now)), over = useEffectEvent((how: 'leave' | 'accept') => done?.(how));
  // what is written is the editor's own until it goes
  const [began] = useState(text), shown = isWritten ? began : text, [from, to] = stands ?? [-1, -1];
  useEffect(() => {
    const doc = textOf(shown), language = new Compartment();
    const writing: Extension = [
      Prec.highest([EditorState.readOnly.of(false), EditorView.editable.of(true), EditorView.contentAttributes.of({ 'aria-readonly': 'false' }), EditorView.theme({ '.cm-content': { caretColor: 'var(--ink) !important' } })]),
      Prec.highest(keymap.of([{ key: 'Escape', run: () => { over('leave'); return true; } }, { key: 'Mod-Enter', run: () => { over('accept'); return true; } }])),
      // as the line before it: how deep a stretch of a file stands, its grammar does not know
      history(), overSelection, keymap.of([{ key: 'Enter', run: insertNewlineKeepIndent }, ...historyKeymap, ...defaultKeymap]), EditorView.updateListener.of((update) => { if (update.docChanged) heard(update.state.doc.toString()); }),
    ];
    const differ = isWritten ? new Map<number, Decoration>() : differing(doc, [against, also], isBefore);
    const view = new EditorView({ parent: host.current!, state: EditorState.create({ doc, extensions: [isWritten ? writing : [], readOnly(label, { first }), small, language.of([]), isWritten ? [] : [wraps, marks(doc, differ, from < 0 ? undefined : [from, to])]] }) });
    let isHere = true;
    if (shown.length <= MOST_COLOURED) languageOf(path).then((found) => { if (isHere && found !== null) view.dispatch({ effects: language.reconfigure(found.extension) }); }, () => undefined);
    if (isWritten) view.focus();
    // the first line that differs is seen at once
    const [begins] = [...differ.keys()].sort((a, b) => a - b);
    if (begins !== undefined) view.requestMeasure({ read: () => view.lineBlockAt(doc.line(begins).from), write: ({ top, bottom }) => { const box = host.current; if (box !== null && bottom > box.clientHeight) box.scrollTop = top - box.clientHeight / 4; } });
    return () => { isHere = false; view.destroy(); };
  }, [shown, label, path, first, against, also, isBefore, from, to, isWritten]);
  return <div ref={host} className={`code part${isWritten ? ' is-written' : ''}`} />;
}
