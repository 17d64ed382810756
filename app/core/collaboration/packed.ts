// A history as bytes, for the way to the screen and for the cache: columns of varints, those that rise as differences. Equal histories have
// equal bytes. What is read back is checked: every index is of something that is there, and nothing is allocated that the bytes cannot hold.
import { type Oid, type PathBytes, fromHex, toHex } from '../bytes.ts';
import { Packer, Unpacker, malformed } from './columns.ts';
import type { History, KnownFile, Person, PersonKind } from './model.ts';

/** Raise it where the same bytes would mean something else. */
export const PACKED_VERSION = 1;
const KINDS: readonly PersonKind[] = ['person', 'bot', 'agent'];
const encoder = new TextEncoder(), decoder = new TextDecoder();

export function packHistory(h: History): Uint8Array {
  const out = new Packer(64 + 12 * h.people.length + 24 * h.files.length + 8 * h.time.length + 5 * h.file.length);
  out.number(PACKED_VERSION);
  const head = fromHex(h.head);
  out.number(head.length);
  out.bytes(head);
  out.number((h.hasLines ? 1 : 0) | (h.shallow ? 2 : 0));
  out.number(h.people.length);
  for (const { key, name, email, also, kind } of h.people) {
    out.bytes(fromHex(key));
    out.text(name);
    out.text(email);
    out.number(KINDS.indexOf(kind));
    out.number(also.length);
    for (const one of also) { out.text(one.name); out.text(one.email); }
  }
  packFiles(out, h.files);
  out.number(h.time.length);
  out.times(h.time);
  out.numbers(h.author);
  out.rising(h.touch.subarray(1));
  // files rise within a commit: each as what it is above the one before
  const steps = new Uint32Array(h.file.length);
  for (let i = 0; i < h.time.length; i++) {
    for (let t = h.touch[i]!, last = 0; t < h.touch[i + 1]!; last = h.file[t++]!) steps[t] = h.file[t]! - last;
  }
  out.numbers(steps);
  if (h.hasLines) { out.numbers(h.added); out.numbers(h.deleted); }
  out.number(h.survivors.file.length);
  out.rising(h.survivors.file);
  out.numbers(h.survivors.person);
  out.numbers(h.survivors.lines);
  out.number(h.seen.a.length);
  out.rising(h.seen.a);
  out.numbers(h.seen.b);
  out.numbers(h.seen.times);
  out.times(h.seen.last);
  out.number(h.notes.length);
  for (const note of h.notes) { const bytes = encoder.encode(note); out.number(bytes.length); out.bytes(bytes); }
  return out.view();
}

/** A path as the number of bytes that it shares with the one before, and its own; alive or not in the lowest bit. */
function packFiles(out: Packer, files: readonly KnownFile[]): void {
  out.number(files.length);
  let last = '';
  for (const { path, alive } of files) {
    let shared = 0;
    while (shared < last.length && shared < path.length && last.charCodeAt(shared) === path.charCodeAt(shared)) shared++;
    out.number(2 * shared + (alive ? 1 : 0));
    out.text(path.slice(shared));
    last = path;
  }
}

/** Throws `bad-message` where the bytes are no history, or one of another version. */
export function unpackHistory(bytes: Uint8Array): History {
  const from = new Unpacker(bytes);
  if (from.number() !== PACKED_VERSION) throw malformed('it is of another version');
  const digits = from.number();
  if (digits !== 20 && digits !== 32) throw malformed('its head is no id');
  const head = toHex(from.bytes(digits)) as Oid;
  const flags = from.number(), hasLines = (flags & 1) !== 0, shallow = (flags & 2) !== 0;
  if (flags > 3) throw malformed('it has marks that nobody knows');
  const people: Person[] = [];
  for (let n = from.count(12); n > 0; n--) {
    const key = toHex(from.bytes(8)), name = from.text(), email = from.text(), kind = KINDS[from.number()];
    if (kind === undefined) throw malformed('somebody is of a kind that nobody knows');
    const also: Person['also'][number][] = [];
    for (let m = from.count(2); m > 0; m--) also.push({ name: from.text(), email: from.text() });
    people.push({ key, name, email, also, kind });
  }
  const files = unpackedFiles(from);
  const commits = from.count();
  const time = from.times(commits), author = from.numbers(commits, people.length);
  const touch = new Uint32Array(commits + 1);
  touch.set(from.rising(commits, from.left), 1);
  const touches = touch[commits]!, file = from.numbers(touches);
  for (let i = 0; i < commits; i++) {
    for (let t = touch[i]!, last = -1; t < touch[i + 1]!; t++) {
      const f = t === touch[i] ? file[t]! : file[t]! + last;
      if (f <= last || f >= files.length) throw malformed('a commit touches a file that is not there, or twice');
      file[t] = last = f;
    }
  }
  const added = hasLines ? from.numbers(touches) : new Uint32Array(touches), deleted = hasLines ? from.numbers(touches) : new Uint32Array(touches);
  const lasting = from.count(3);
  const survivors = { file: from.rising(lasting, Math.max(0, files.length - 1)), person: from.numbers(lasting, people.length), lines: from.numbers(lasting) };
  const met = from.count(5);
  const seen = { a: from.rising(met, Math.max(0, people.length - 1)), b: from.numbers(met, people.length), times: from.numbers(met), last: from.times(met) };
  for (let i = 0; i < met; i++) if (seen.a[i]! >= seen.b[i]!) throw malformed('somebody is seen with themselves');
  const notes: string[] = [];
  for (let n = from.count(); n > 0; n--) notes.push(decoder.decode(from.bytes(from.count())));
  from.end();
  return { head, people, files, time, author, touch, file, added, deleted, hasLines, survivors, seen, shallow, notes };
}

/** Paths that share much with the one before are longer than their bytes: all together they may be this much. */
const MOST_PATH_BYTES = 512 << 20;

function unpackedFiles(from: Unpacker): KnownFile[] {
  const files: KnownFile[] = [];
  let last = '', total = 0;
  for (let n = from.count(2); n > 0; n--) {
    const mark = from.number(), shared = mark >>> 1;
    if (shared > last.length) throw malformed('a path shares more with the one before than there is');
    last = last.slice(0, shared) + from.text();
    if ((total += last.length) > MOST_PATH_BYTES) throw malformed('its paths are longer than any repository');
    files.push({ path: last as PathBytes, alive: mark % 2 === 1 });
  }
  return files;
}
