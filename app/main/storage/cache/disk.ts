// What the service asks of the disk's two levels of its cache: FILE.cache (warm) and FILE.cold/ (cold). Everything may vanish at any time.

/** One entry on its way to the disk. */
export interface Saved { readonly kind: string; readonly key: string; readonly bytes: Uint8Array; sent: boolean }
/** Where an entry lies in FILE.cold: the hash of its bytes, and how many they are. */
export interface ColdRef { readonly hash: string; readonly size: number }
export interface Limits { readonly warm: number; readonly cold: number }
interface LevelFigures { readonly entries: number; readonly bytes: number; readonly limit: number; readonly evictions: number; readonly kinds: readonly { readonly kind: string; readonly entries: number; readonly bytes: number }[] }
export interface DiskFigures { readonly L2: LevelFigures; readonly L3: LevelFigures; readonly demotions: number }

export interface Disk {
  readonly limits: Limits;
  /** At once: its bytes, or where it lies in the cold; null where it is not. */
  warm(kind: string, key: string): Uint8Array | ColdRef | null;
  /** Null where it is gone or damaged. What is found goes back to the warm file. */
  cold(kind: string, key: string, ref: ColdRef): Promise<Uint8Array | null>;
  /** Resolves when it is written; who does not wait is not held up. */
  write(rows: readonly Saved[]): Promise<void>;
  drop(kind: string, key: string): void;
  limit(limits: Partial<Limits>): void;
  /** everything asked so far is done */
  settled(): Promise<void>;
  figures(): DiskFigures;
  close(): Promise<void>;
}
