// One text, with lines marked: the places of a conflict, what a side changed against the base, the markers of a merge.
import { Chunk } from '@codemirror/merge';
import { Compartment, EditorState, RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { MOST_COLOURED, languageOf } from './language.ts';
import { lineChanges } from './lineDiff.ts';
import { readOnly } from './theme.ts';

export interface TextViewProps {
  readonly text: string;
  readonly label: string;
  /** whose name says which colours; none without */
  readonly path?: string;
  /** marks what differs from this */
  readonly against?: string | null;
  /** 0-based lines [start, end) */
  readonly places?: readonly { readonly start: number; readonly end: number }[];
  /** <<<<<<< and the like are coloured, and the first is scrolled to */
  readonly markers?: boolean;
}

const lineOf = (name: string): Decoration => Decoration.line({ class: name });
const classes = { place: lineOf('place'), changed: lineOf('changed'), marker: lineOf('marker') } as const;
const MARKER = /^(<{7}|={7}|>{7}|\|{7})( |$)/;

/** Which lines (1-based) are which; the last word on a line wins. */
function marked(doc: Text, { against, places, markers }: TextViewProps): Map<number, keyof typeof classes> {
  const lines = new Map<number, keyof typeof classes>();
  if (against !== undefined && against !== null) {
    for (const chunk of Chunk.build(Text.of(against.split('\n')), doc, { scanLimit: 5000, timeout: 100, override: lineChanges })) {
      if (chunk.fromB >= chunk.endB && chunk.fromB >= doc.length) continue;
      const last = doc.lineAt(Math.min(doc.length, Math.max(chunk.fromB, chunk.endB))).number;
      for (let n = doc.lineAt(Math.min(doc.length, chunk.fromB)).number; chunk.toB > chunk.fromB && n <= last; n++) lines.set(n, 'changed');
    }
  }
  for (const { start, end } of places ?? []) for (let n = start + 1; n <= Math.min(doc.lines, Math.max(end, start + 1)); n++) lines.set(n, 'place');
  if (markers === true) for (let n = 1; n <= doc.lines; n++) if (MARKER.test(doc.line(n).text)) lines.set(n, 'marker');
  return lines;
}

export default function TextView(props: TextViewProps) {
  const { text, label, path = '', against, places, markers } = props;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const doc = Text.of(text.split('\n'));
    const lines = marked(doc, { text, label, against: against ?? null, places: places ?? [], markers: markers ?? false });
    const language = new Compartment(), builder = new RangeSetBuilder<Decoration>();
    for (const [n, kind] of [...lines].sort((x, y) => x[0] - y[0])) { const { from } = doc.line(n); builder.add(from, from, classes[kind]); }
    const set: DecorationSet = builder.finish();
    const view = new EditorView({ parent: host.current!, state: EditorState.create({ doc, extensions: [readOnly(label), language.of([]), EditorView.decorations.of(set)] }) });
    let isHere = true;
    if (path !== '' && text.length <= MOST_COLOURED) languageOf(path).then((found) => { if (isHere && found !== null) view.dispatch({ effects: language.reconfigure(found.extension) }); }, () => undefined);
    const first = Math.min(...lines.keys());
    if (Number.isFinite(first)) view.dispatch({ effects: EditorView.scrollIntoView(doc.line(Math.max(1, first - 3)).from, { y: 'start' }) });
    return () => { isHere = false; view.destroy(); };
  }, [text, label, path, against, places, markers]);
  return <div ref={host} className="code" />;
}
