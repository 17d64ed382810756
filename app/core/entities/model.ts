// Entities: the named parts of a text (functions, classes, keys, sections …), nested as the text nests them. Whoever knows more of a
// language gives another `Entities`; today's reads lines, indentation and the words definitions begin with (outline.ts).

export type EntityKind = 'function' | 'class' | 'type' | 'value' | 'key' | 'section' | 'rule' | 'test' | 'imports';

/** Lines [start, end) of a text, from 0, comments and decorators above it included. */
export interface Entity {
  /** as it is written, bounded to LONGEST_NAME characters; a stranger's, so shown by core/visible.ts */
  readonly name: string;
  readonly kind: EntityKind;
  readonly start: number;
  readonly end: number;
  /** place in the outline of what it is directly in; -1 where it is in none */
  readonly parent: number;
}

export const LONGEST_NAME = 120;

export interface Entities {
  /**
   * In order of their first lines, those around others first. Ranges nest: two of them are apart, or one is within the other and below it by
   * `parent`. `lines`: without terminators, decoded. Pure; the same for the same lines.
   */
  outline(lines: readonly string[], path: string): readonly Entity[];
}
