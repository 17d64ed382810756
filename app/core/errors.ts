// The closed list of errors (style.md, habit 11): a code exists only if something reacts to it.

export const errorCodes = {
  // bad input or usage: exit 2
  'usage': 2, 'not-a-repository': 2, 'empty-repository': 2, 'unborn-head': 2, 'unknown-revision': 2, 'unknown-name': 2,
  'ambiguous-name': 2, 'store-other-repository': 2, 'bad-message': 2, 'too-large': 2,
  'nothing-to-undo': 2, 'nothing-to-redo': 2, 'cannot-undo': 2, 'bad-branch-name': 2, 'branch-checked-out': 2,
  'would-lose-commits': 2, 'ref-moved': 2, 'hostile-name': 2, 'unrelated-history': 2, 'not-composable': 2,
  // the environment: exit 3
  'missing-object': 3, 'corrupt-object': 3, 'store-newer': 3, 'store-not-a-database': 3, 'store-locked': 3,
  'store-corrupt': 3, 'store-read-only': 3, 'store-moved': 3, 'io': 3, 'ref-locked': 3, 'unsupported-repository': 3, 'cancelled': 3,
  'worker-died': 3, 'late': 3, 'bug': 3,
  // refused before it began; with data.retryAfterMs it is asked again (contract/client.ts)
  'overloaded': 3,
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** One sentence for a person, a hint that says what to do, and data for the details view. */
export class AcumenError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly data: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, message: string, hint: string, data: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AcumenError';
    this.code = code;
    this.hint = hint;
    this.data = data;
  }
  get exitCode(): 2 | 3 { return errorCodes[this.code]; }
}

/** A broken invariant of ours, never the user's fault. */
export function bug(what: string, data: Readonly<Record<string, unknown>> = {}): AcumenError {
  return new AcumenError('bug', `BUG: ${what}`, 'Please report this with the details shown.', data);
}
