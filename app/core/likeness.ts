// Which contents git might take one for the other's former self: alike by half, or equal. Never says no where git would say yes
// (similarity.ts); renames themselves are found in treeMerge. Compares each pair of contents once, and reads them in one wave.
import type { Oid } from './bytes.ts';
import { isRegular, sameEntry } from './changes.ts';
import type { Contents } from './contents.ts';
import type { Entry } from './repository.ts';
import { type Profile, mayRename, profileOf, sizesMayRename } from './similarity.ts';

/** deletions × additions beyond which everything that is not equal is taken to be alike; git has such a limit too (merge.renameLimit) */
export const MOST_COMPARED = 100_000;

/** Bytes of profiles kept, after which they are let go of. */
const PROFILE_BYTES = 32 << 20;

/** Stops as `Contents` does where sizes or bytes are lacking. */
export class Likeness {
  readonly #contents: Contents;
  /** former → later → may they be one file? */
  readonly #known = new Map<Oid, Map<Oid, boolean>>();
  #profiles = new Map<Oid, Profile>();
  #bytes = 0;

  constructor(contents: Contents) { this.#contents = contents; }

  /** Index pairs [from, to] of what may be renames. More than MOST_COMPARED are not for here. */
  pairs(from: readonly Entry[], to: readonly Entry[]): [number, number][] {
    if (from.length === 0 || to.length === 0) return [];
    const files = (entries: readonly Entry[]): Oid[] => [...new Set(entries.filter(isRegular).map((e) => e.oid))];
    this.#compare(files(from), files(to));
    // links and submodules are renames only where mode and id are equal
    const alike = (a: Entry, b: Entry): boolean => (isRegular(a) && isRegular(b) ? this.#known.get(a.oid)!.get(b.oid)! : sameEntry(a, b));
    return from.flatMap((a, i) => to.flatMap((b, j): [number, number][] => (alike(a, b) ? [[i, j]] : [])));
  }

  #compare(from: readonly Oid[], to: readonly Oid[]): void {
    const unknown = from.flatMap((a) => to.filter((b) => this.#known.get(a)?.get(b) === undefined).map((b): [Oid, Oid] => [a, b]));
    if (unknown.length === 0) return;
    this.#contents.needSizes(unknown.flat());
    const size = (oid: Oid): number => this.#contents.size(oid);
    const open = unknown.filter(([a, b]) => a !== b && sizesMayRename(size(a), size(b)));
    this.#contents.needBytes(open.flat().filter((oid) => !this.#profiles.has(oid)));
    const candidate = (oid: Oid) => ({ oid, size: size(oid), bytes: () => this.#contents.bytes(oid), profile: () => this.#profile(oid) });
    const left = [...new Set(open.map(([a]) => a))].map(candidate), right = [...new Set(open.map(([, b]) => b))].map(candidate);
    for (const [a, b] of unknown) this.#note(a, b, a === b && size(a) > 0);
    for (const [i, j] of mayRename(left, right)) this.#note(left[i]!.oid, right[j]!.oid, true);
    if (this.#bytes > PROFILE_BYTES) { this.#profiles = new Map(); this.#bytes = 0; }
  }

  #note(a: Oid, b: Oid, alike: boolean): void {
    const row = this.#known.get(a);
    if (row) row.set(b, alike); else this.#known.set(a, new Map([[b, alike]]));
  }

  #profile(oid: Oid): Profile {
    let profile = this.#profiles.get(oid);
    if (profile === undefined) {
      profile = profileOf(this.#contents.bytes(oid), true);
      this.#profiles.set(oid, profile);
      this.#bytes += 8 * profile.classes.length + 100;
    }
    return profile;
  }
}
