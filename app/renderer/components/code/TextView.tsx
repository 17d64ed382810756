// One text, with lines marked: the places of a conflict, what a side changed against the base, the markers of a merge.
import { Compartment, EditorState, RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { MOST_COLOURED, languageOf } from './language.ts';
import { marked } from './marked.ts';
import type { Places } from './marked.ts';
import { readOnly } from './theme.ts';

export interface TextViewProps {
  readonly text: string;
  readonly label: string;
  /** whose name says which colours; none without */
  readonly path?: string;
  /** marks what differs from this */
  readonly against?: string | null;
  /** 0-based lines [start, end) of `against`: what changes them is scrolled to, before any other change */
  readonly about?: Places;
  /** 0-based lines [start, end) */
  readonly places?: Places;
  /** <<<<<<< and the like are coloured, and the first is scrolled to */
  readonly markers?: boolean;
}

const lineOf = (name: string): Decoration => Decoration.line({ class: name });
const classes = { place: lineOf('place'), changed: lineOf('changed'), marker: lineOf('marker') } as const;

export default function TextView(props: TextViewProps) {
  const { text, label, path = '', against, about, places, markers } = props;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const doc = Text.of(text.split('\n'));
    const { lines, first } = marked(doc, { against: against ?? null, about: about ?? [], places: places ?? [], markers: markers ?? false });
    const language = new Compartment(), builder = new RangeSetBuilder<Decoration>();
    for (const [n, kind] of [...lines].sort((x, y) => x[0] - y[0])) { const { from } = doc.line(n); builder.add(from, from, classes[kind]); }
    const set: DecorationSet = builder.finish();
    const view = new EditorView({ parent: host.current!, state: EditorState.create({ doc, extensions: [readOnly(label), language.of([]), EditorView.decorations.of(set)] }) });
    let isHere = true;
    if (path !== '' && text.length <= MOST_COLOURED) languageOf(path).then((found) => { if (isHere && found !== null) view.dispatch({ effects: language.reconfigure(found.extension) }); }, () => undefined);
    if (first !== null) view.dispatch({ effects: EditorView.scrollIntoView(doc.line(Math.max(1, first - 3)).from, { y: 'start' }) });
    return () => { isHere = false; view.destroy(); };
  }, [text, label, path, against, about, places, markers]);
  return <div ref={host} className="code" />;
}
