// Danger: what crosses to the writer arrives changed, or an error arrives without its code.
import { describe, expect, it } from 'vitest';
import { AcumenError } from '../../core/errors.ts';
import { fromPlain, toPlain } from './protocol.ts';

describe('messages to the writer', () => {
  it('carry an error with all it says', () => {
    const error = new AcumenError('store-moved', 'Moved.', 'Again.', { expected: 1 });
    expect(fromPlain(structuredClone(toPlain(error)))).toEqual(error);
    expect(fromPlain(structuredClone(toPlain(error)))).toBeInstanceOf(AcumenError);
  });
});
