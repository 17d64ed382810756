// Object ids of our own making, in both of git's formats, and the one object every repository has without storing it.
import { createHash, hash } from 'node:crypto';
import type { Oid } from '../../core/bytes.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export type ObjectFormat = 'sha1' | 'sha256';

/** hex digits of an id */
export const ID_DIGITS: Readonly<Record<ObjectFormat, number>> = { sha1: 40, sha256: 64 };

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Oid;
export const EMPTY_TREES: Readonly<Record<ObjectFormat, Oid>> = {
  sha1: EMPTY_TREE, sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321' as Oid,
};

/** Larger content is hashed in pieces of this size, and the event loop turns between them. */
export const LARGE = 8 << 20;

/** By character codes: every id of an import is asked about, and a regular expression takes three times as long. */
export function isOid(text: string): text is Oid {
  if (text.length !== ID_DIGITS.sha1 && text.length !== ID_DIGITS.sha256) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || (code > 0x39 && code < 0x61) || code > 0x66) return false;
  }
  return true;
}

function header(type: ObjectType, length: number): Buffer {
  return Buffer.from(`${type} ${length}\0`, 'latin1');
}

/** The content as git hashes and stores it. */
export function wrapped(type: ObjectType, content: Uint8Array): Buffer {
  return Buffer.concat([header(type, content.length), content]);
}

/** Header and content side by side, for one call of the hash where they are small. */
const together = Buffer.allocUnsafeSlow(16 << 10);

export function objectId(type: ObjectType, content: Uint8Array, format: ObjectFormat = 'sha1'): Oid {
  if (content.length < together.length - 64) {
    const start = together.write(`${type} ${content.length}\0`, 0, 'latin1');
    together.set(content, start);
    return hash(format, together.subarray(0, start + content.length), 'hex') as Oid;
  }
  return createHash(format).update(header(type, content.length)).update(content).digest('hex') as Oid;
}

/** Like `objectId`, without holding the event loop for longer than one piece takes. */
export async function objectIdGently(type: ObjectType, content: Uint8Array, format: ObjectFormat = 'sha1'): Promise<Oid> {
  if (content.length <= LARGE) return objectId(type, content, format);
  const sum = createHash(format).update(header(type, content.length));
  for (let at = 0; at < content.length; at += LARGE) {
    sum.update(content.subarray(at, at + LARGE));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sum.digest('hex') as Oid;
}
