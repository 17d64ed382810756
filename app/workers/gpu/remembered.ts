// What was found out about an adapter, kept in the browser's own database: a worker has no other place.
import type { Remembered } from './tune.ts';

const DATABASE = 'acumen-gpu', STORE = 'tuned';

const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error ?? new Error('the database failed'));
});

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => { opening.result.createObjectStore(STORE); };
  return (await settled(opening)).transaction(STORE, mode).objectStore(STORE);
}

export const inDatabase: Remembered = {
  async get(key) {
    try {
      const text = await settled((await store('readonly')).get(key)) as unknown;
      return typeof text === 'string' ? text : null;
    } catch {
      return null;
    }
  },
  async set(key, text) {
    try {
      await settled((await store('readwrite')).put(text, key));
    } catch {
      // it is found out again
    }
  },
};
