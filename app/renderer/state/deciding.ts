// Conflicts that are decided by hand, as the screen holds them: what is kept open, the one that is being decided, place by place, and the answers
// given so far. Pure; app/deciding.ts asks and acts.
import { create } from 'zustand';
import type { AcuId, PathBytes } from '../../core/bytes.ts';
import type { FileToDecide, GivenAnswer, OpenConflict, PlaceAnswer, PlaceToDecide, ToDecide } from '../../contract/resolving.ts';

/** `earlier`: the recorded answer, which nobody has looked at yet. */
export interface Chosen { readonly answer: GivenAnswer; readonly from: 'person' | 'earlier' }

export interface DecidingState {
  readonly open: readonly OpenConflict[];
  /** whose conflicts are being decided; null: none's */
  readonly acu: AcuId | null;
  /** null while it is asked */
  readonly asked: ToDecide | null;
  /** the place that is looked at, of all of them in order */
  readonly at: number;
  /** by `placeId` */
  readonly answers: ReadonlyMap<string, Chosen>;
  /** the text of this place is being written */
  readonly isWriting: boolean;
  /** in place of the place: its whole file as decided, against the base */
  readonly wholeFile: boolean;
  /** it has the middle of the window, too */
  readonly isLarge: boolean;
}

export const nothingDecided = { acu: null, asked: null, at: 0, answers: new Map(), isWriting: false, wholeFile: false } as const satisfies Partial<DecidingState>;
export const useDeciding = create<DecidingState>(() => ({ open: [], ...nothingDecided, isLarge: true }));

export interface PlaceAt { readonly file: FileToDecide; readonly place: PlaceToDecide; readonly nth: number; readonly id: string }

export const placeId = (path: PathBytes, nth: number, key: string): string => `${nth} ${key} ${path}`;

const none: readonly PlaceAt[] = [];
const flat = new WeakMap<ToDecide, readonly PlaceAt[]>();

/** All places, file by file. */
export function placesOf(asked: ToDecide | null): readonly PlaceAt[] {
  if (asked === null) return none;
  let places = flat.get(asked);
  if (places === undefined) flat.set(asked, places = asked.files.flatMap((file) => file.places.map((place, nth) => ({ file, place, nth, id: placeId(file.path, nth, place.key) }))));
  return places;
}

export const placeAt = ({ asked, at }: DecidingState): PlaceAt | null => placesOf(asked)[at] ?? null;
/** Places that nobody and nothing has answered. */
export const leftIn = ({ asked, answers }: DecidingState): number => placesOf(asked).filter(({ id }) => !answers.has(id)).length;

/** What was asked anew, with the answers that are still for its places; those recorded for the same file fill in what nobody answered. */
export function withAsked(state: DecidingState, asked: ToDecide): Partial<DecidingState> {
  const places = placesOf(asked), answers = new Map<string, Chosen>();
  for (const { id, place: { earlier } } of places) {
    const given = state.acu === asked.acu ? state.answers.get(id) : undefined;
    if (given !== undefined) answers.set(id, given);
    else if (earlier?.here === true) answers.set(id, { answer: earlier.answer, from: 'earlier' });
  }
  const before = state.acu === asked.acu ? placeAt(state)?.id : undefined, same = places.findIndex(({ id }) => id === before);
  const first = places.findIndex(({ id }) => !answers.has(id));
  return { acu: asked.acu, asked, answers, at: same >= 0 ? same : Math.max(0, first), isWriting: same >= 0 && state.isWriting };
}

/** The next place that has no answer, from here around; where all have one, this. */
export function nextLeft({ asked, at, answers }: DecidingState): number {
  const places = placesOf(asked);
  for (let n = 1; n <= places.length; n++) { const i = (at + n) % places.length; if (!answers.has(places[i]!.id)) return i; }
  return at;
}

/** As they are sent; null while some are left. */
export function givenAnswers({ asked, answers }: DecidingState): readonly PlaceAnswer[] | null {
  const places = placesOf(asked),
    given = places.flatMap(({ file, nth, place, id }) => { const one = answers.get(id); return one === undefined ? [] : [{ path: file.path, nth, key: place.key, answer: one.answer }]; });
  return given.length === places.length ? given : null;
}

/** Why a place cannot be answered so, as a sentence; null where it can. */
export function unfit({ shape, both, writable, ours, theirs }: PlaceToDecide, take: GivenAnswer['take']): string | null {
  if ((take === 'both' || take === 'reversed') && !both) return 'Both cannot stand: take ours or theirs.';
  if (take === 'reversed' && shape === 'files') return 'Files have no order: take both.';
  if (take !== 'text' || writable) return null;
  return ours?.binary === true || theirs?.binary === true ? 'It is no text: take ours or theirs.' : 'It could not be kept byte by byte in an editor: take ours, theirs or both.';
}

const decoder = new TextDecoder();

/** The text that an answer makes of a place, as it is shown; null where that is no text. */
export function textOf({ ours, theirs, ends }: PlaceToDecide, answer: GivenAnswer): string | null {
  if (answer.take === 'text') return decoder.decode(answer.text);
  const a = ours?.text ?? '', b = theirs?.text ?? '', [first, second] = answer.take === 'reversed' ? [b, a] : [a, b];
  if (answer.take === 'ours') return ours === null || ours.binary ? null : a;
  if (answer.take === 'theirs') return theirs === null || theirs.binary ? null : b;
  return first !== '' && second !== '' && !first.endsWith('\n') ? `${first}${ends === 'crlf' ? '\r\n' : '\n'}${second}` : first + second;
}

/** What was written, with the line ends that the place has: editors know one kind. */
export function bytesOf(text: string, ends: PlaceToDecide['ends']): Uint8Array {
  const plain = text.replaceAll('\r\n', '\n');
  return new TextEncoder().encode(ends === 'crlf' ? plain.replaceAll('\n', '\r\n') : text);
}
