// Object ids of our own making, and the two every repository has without storing them.
import { createHash, hash } from 'node:crypto';
import type { Oid } from '../../core/bytes.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Oid;

/** Larger content is hashed in pieces of this size, and the event loop turns between them. */
const PIECE = 8 << 20;

export function isOid(text: string): text is Oid {
  return /^[0-9a-f]{40}$/.test(text);
}

function header(type: ObjectType, length: number): Buffer {
  return Buffer.from(`${type} ${length}\0`, 'latin1');
}

/** The content as git hashes and stores it. */
export function wrapped(type: ObjectType, content: Uint8Array): Buffer {
  return Buffer.concat([header(type, content.length), content]);
}

export function objectId(type: ObjectType, content: Uint8Array): Oid {
  if (content.length < 4096) return hash('sha1', wrapped(type, content), 'hex') as Oid;
  return createHash('sha1').update(header(type, content.length)).update(content).digest('hex') as Oid;
}

/** Like `objectId`, without holding the event loop for longer than one piece takes. */
export async function objectIdGently(type: ObjectType, content: Uint8Array): Promise<Oid> {
  if (content.length <= PIECE) return objectId(type, content);
  const sum = createHash('sha1').update(header(type, content.length));
  for (let at = 0; at < content.length; at += PIECE) {
    sum.update(content.subarray(at, at + PIECE));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sum.digest('hex') as Oid;
}
