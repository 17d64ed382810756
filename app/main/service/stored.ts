// What a store holds, to look at and nothing else: the engine over what is published, without what a workspace needs to change it. For verbs that
// answer from the tables alone and should not wait for the rest to be loaded.
import { hash } from 'node:crypto';
import { Engine } from '../../core/engine.ts';
import { VERSION as TABLES_VERSION } from '../../core/tables.ts';
import { openStore } from '../storage/store.ts';

export interface Stored { readonly gitDir: string | null; /** null: nothing is published */ readonly engine: Engine | null }

/** Reads the newest state as a workspace does (engines.ts): from the tables kept, else from the segments. */
export async function readStored(file: string): Promise<Stored> {
  const store = await openStore(file, { readOnly: true });
  try {
    const { operation } = await store.head();
    const { gitDir, published } = await store.stateAt(operation);
    if (published === null) return { gitDir, engine: null };
    const digest = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');
    const tables = await store.replica(TABLES_VERSION, store.publishedKey(published));
    return { gitDir, engine: tables !== null ? Engine.decode(tables, digest) : Engine.from(published, await store.segments(published.segments), digest) };
  } finally {
    await store.close();
  }
}
