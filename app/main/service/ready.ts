// What a door begins before a store is opened, so that nobody waits for it then.
import { existsSync } from 'node:fs';
import { standBy } from '../storage/spare.ts';

export { standBy };

/** Where there is no store yet: its first import will wait for the thread, which starts, and practises, while everything else is looked over. */
export function standByForFirst(store: string): () => void { return existsSync(store) ? () => undefined : standBy(true); }
