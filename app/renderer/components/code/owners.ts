// Whose line each is, beside the line numbers: a letter and a stripe for each ACU that brings lines of a text, or took out lines of the
// base. What letters stand for is in the legend (panels/inspector/Owners.tsx), which has all of it for the keyboard.
import { type RangeSet, RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { type BlockInfo, type EditorView, GutterMarker, gutter } from '@codemirror/view';

/** Lines [start, end) from 0. `owners`: places in the list of owners; none: it is not known whose they are. */
export interface OwnedRun { readonly start: number; readonly end: number; readonly owners: readonly number[]; readonly isBack: boolean }
/** As shown: letters are given in the order of the list. */
export interface Owner { readonly letter: string; readonly hue: number; readonly name: string }

export interface Owning {
  readonly owners: readonly Owner[];
  /** of the text after, and of the one before */
  readonly brought: readonly OwnedRun[];
  readonly taken: readonly OwnedRun[];
  /** somebody pointed at lines of these, or chose them */
  onPoint(owners: readonly number[], at: DOMRect | null): void;
  onChoose(owners: readonly number[]): void;
}

/** A, B, … Z, AA, AB, … */
export function letterOf(place: number): string {
  return place < 26 ? String.fromCharCode(65 + place) : letterOf(Math.floor(place / 26) - 1) + String.fromCharCode(65 + place % 26);
}
/** Far apart for neighbours, whatever their number. */
export const hueAt = (place: number): number => Math.round(place * 137.508 + 210) % 360;

class Mark extends GutterMarker {
  readonly run: OwnedRun;
  readonly #owning: Owning;
  readonly #isFirst: boolean;
  readonly #verb: string;

  constructor(run: OwnedRun, owning: Owning, isFirst: boolean, verb: string) {
    super();
    this.run = run;
    this.#owning = owning;
    this.#isFirst = isFirst;
    this.#verb = verb;
  }

  override eq(other: GutterMarker): boolean { return other instanceof Mark && other.run === this.run && other.#isFirst === this.#isFirst && other.#owning === this.#owning; }

  override toDOM(): HTMLElement {
    const { owners } = this.run, first = owners[0] === undefined ? undefined : this.#owning.owners[owners[0]];
    const dom = document.createElement('span');
    dom.className = `owner${owners.length > 1 ? ' owner-several' : ''}${first === undefined ? ' owner-unknown' : ''}`;
    dom.dataset['owners'] = owners.map((place) => this.#owning.owners[place]!.letter).join('');
    if (first !== undefined) dom.style.setProperty('--hue', String(first.hue));
    const second = owners[1] === undefined ? undefined : this.#owning.owners[owners[1]];
    if (second !== undefined) dom.style.setProperty('--hue-2', String(second.hue));
    if (this.#isFirst) dom.textContent = owners.length === 0 ? '?' : owners.length > 2 ? `${first!.letter}+` : owners.map((place) => this.#owning.owners[place]!.letter).join('');
    dom.title = owners.length === 0 ? 'Nobody knows whose line this is' : `${this.#verb} by ${owners.map((place) => this.#owning.owners[place]!.name).join(' and by ')}`;
    return dom;
  }
}

const runAt = (runs: readonly OwnedRun[], line: number): OwnedRun | undefined => {
  let low = 0, high = runs.length;
  while (low < high) { const mid = (low + high) >>> 1; if (runs[mid]!.end <= line) low = mid + 1; else high = mid; }
  const run = runs[low];
  return run !== undefined && run.start <= line ? run : undefined;
};

function marksOf(doc: Text, runs: readonly OwnedRun[], owning: Owning, verb: (run: OwnedRun) => string): RangeSet<GutterMarker> {
  const builder = new RangeSetBuilder<GutterMarker>();
  for (const run of runs) {
    for (let line = run.start; line < run.end && line < doc.lines; line++) { const { from } = doc.line(line + 1); builder.add(from, from, new Mark(run, owning, line === run.start, verb(run))); }
  }
  return builder.finish();
}

/** `taken` of a unified view: the lines taken out stand in blocks above the line at which they were; `linesBefore` tells which they are. */
export function ownerGutter(owning: Owning, side: 'before' | 'after', linesBefore?: (view: EditorView, block: BlockInfo) => number | null): Extension {
  const runs = side === 'after' ? owning.brought : owning.taken;
  const verb = side === 'before' ? () => 'Taken out' : (run: OwnedRun) => (run.isBack ? 'Put back' : 'Brought');
  let made: { readonly doc: Text; readonly marks: RangeSet<GutterMarker> } | null = null;
  const at = (view: EditorView, block: BlockInfo): OwnedRun | undefined => runAt(runs, view.state.doc.lineAt(block.from).number - 1);
  return gutter({
    class: 'cm-owners',
    markers: (view) => (made?.doc === view.state.doc ? made : made = { doc: view.state.doc, marks: marksOf(view.state.doc, runs, owning, verb) }).marks,
    ...linesBefore !== undefined && {
      widgetMarker: (view, _widget, block) => {
        const line = linesBefore(view, block), run = line === null ? undefined : runAt(owning.taken, line);
        return run === undefined ? null : new Mark(run, owning, true, 'Taken out');
      },
    },
    domEventHandlers: {
      mousemove: (view, block, event) => { const run = at(view, block); owning.onPoint(run?.owners ?? [], run === undefined ? null : (event.target as HTMLElement).getBoundingClientRect()); return false; },
      mouseleave: () => { owning.onPoint([], null); return false; },
      click: (view, block) => { const run = at(view, block); if (run !== undefined) owning.onChoose(run.owners); return run !== undefined; },
    },
  });
}
