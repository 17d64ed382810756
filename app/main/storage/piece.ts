// A piece of what operations say, a name say, which many of them share: whoever says it again hands on the same object, and the log knows it
// without looking at its text.

export class Piece {
  readonly text: string;
  /** the last frame that said it, and its number there: written by the encoder (frames.ts) alone */
  frame = 0;
  number = 0;

  constructor(text: string) { this.text = text; }
}

export const piecesOf = (texts: readonly string[]): Piece[] => texts.map((text) => new Piece(text));

/** Pieces of one sentence, or words of one command, as one text. */
export function textOf(said: string | readonly Piece[], between: '' | ' '): string {
  return typeof said === 'string' ? said : said.map(({ text }) => text).join(between);
}
