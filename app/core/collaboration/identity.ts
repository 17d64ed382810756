// Which names and addresses are one person's: by mailmap, by address, by account, and by a full name that is not anybody's. The answer
// depends on the set of identities alone, never on their order. Taking two people for one is the worse mistake: where a sign could be
// somebody else's too, it is no sign.
import { sha256 } from '@noble/hashes/sha2.js';
import { type ByteString, display, fromUtf8, toBytes, toHex } from '../bytes.ts';
import type { Identity } from './log.ts';
import type { Mailmap } from './mailmap.ts';
import type { History, Person, PersonKind } from './model.ts';
import { gitHubLogin, programOf } from './programs.ts';

/** Names that say nothing of who bears them, in lower case. */
const NOBODYS_NAMES: ReadonlySet<string> = new Set([
  'root', 'unknown', 'unknown user', 'unknown author', 'dev', 'developer', 'developers', 'admin', 'administrator', 'user', 'username', 'test', 'tester', 'test user', 'ubuntu', 'debian', 'vagrant',
  'git', 'git user', 'github', 'gitlab', 'build', 'builder', 'build user', 'build server', 'build bot', 'ci', 'cd', 'bot', 'robot', 'deploy', 'deployer', 'docker', 'localhost', 'nobody', 'no name', 'noname', 'none', 'null',
  'undefined', 'anonymous', 'anonymous user', 'anonymous coward', 'your name', 'my name', 'full name', 'first last', 'firstname lastname', 'name surname', 'john doe', 'jane doe', 'joe user', 'some one', 'someone', 'me',
  'myself', 'the author', 'author', 'authors', 'committer', 'contributor', 'contributors', 'maintainer', 'maintainers', 'the maintainers', 'team', 'the team', 'core team', 'dev team', 'support', 'info', 'guest', 'pc', 'macbook', 'macbook pro',
  'mac', 'windows', 'windows user', 'linux', 'home', 'work', 'office', 'student', 'intern', 'svn', 'cvs', 'hg', '(no author)', 'no author', 'not committed yet', 'release bot', 'release manager', 'automated', 'automation', 'service account', 'system', 'system administrator',
  'local user', 'default', 'default user', 'example', 'example user', 'foo bar', 'a u thor', 'c o mitter', 'codespace', 'codespaces', 'runner', 'jenkins', 'travis', 'new user', 'the other author',
]);
/** The same for what stands before the @ on a machine's own name, or for any name. */
const NOBODYS_HOSTS = /(?:^|\.)(?:localhost|localdomain|local|internal|lan|home|invalid|example|test|none|null|unknown|\(none\))$|^(?:example\.(?:com|org|net)|host|hostname|domain|domain\.com|your-?domain\.com|server|machine|ip-[\d-]+|[\d.:[\]]+)$/;
const NOBODYS_ADDRESSES: ReadonlySet<string> = new Set([
  'you@example.com', 'noreply@example.com', 'user@domain.com', 'your@email.com', 'youremail@example.com', 'you@email.com', 'email@example.com', 'name@example.com', 'mail@mail.com', 'test@test.com', 'a@b.c', 'a@a.com', 'foo@bar.com', 'me@me.com', 'noreply@noreply.com',
  'no-reply@noreply.com', 'none@none.com', 'null@null.com', 'unknown@unknown.com', 'nobody@nowhere.com', 'admin@admin.com', 'user@user.com', 'dev@dev.com', 'root@root.com', 'git@git.com', 'git@github.com', 'users@noreply.github.com', 'noreply@users.noreply.github.com', 'dev-null@localhost', 'devnull@localhost',
]);
/** An address under which so many different full names committed is a mailbox, or a machine, that they share. */
const SHARED_BY = 5;

/** For comparing: text in lower case and one form, signs of use and blanks gone. */
export function foldedName(name: ByteString): string {
  // names are written `Name (aider)` or `Name (via Tool)` where a program helped
  return display(name).normalize('NFKC').replace(/\s*\((?:aider|via [^()]*)\)\s*$/i, '').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/**
 * Whether a name is enough to know somebody by, among those who work on one repository: two words with letters, or one that is made like
 * an account's (six characters or more, with a digit, a hyphen or the like in it). One plain word is a first name, which many bear.
 */
export function isTelling(folded: string): boolean {
  if (folded.length < 5 || NOBODYS_NAMES.has(folded) || folded.includes('@')) return false;
  const words = folded.split(/[\s,.]+/u).filter((word) => /\p{L}/u.test(word));
  if (words.length >= 2) {
    const long = words.filter((word) => word.length >= 2);
    // initials tell nothing: `J. S.`, `John S`
    return long.length >= 2 && long.reduce((sum, word) => sum + word.length, 0) >= 5;
  }
  return folded.length >= 6 && !/\s/u.test(folded) && /\p{L}/u.test(folded) && /[\d_-]/.test(folded) && !/^(?:user|dev|test|admin|root|node|host|pc|desktop|laptop)[\d_-]+/.test(folded);
}

/** The account or address that somebody is known by; null where it could be anybody's. */
export function tellingAddress(email: ByteString): string | null {
  const folded = email.trim().toLowerCase();
  const login = gitHubLogin(folded);
  if (login !== null) return NOBODYS_ADDRESSES.has(folded) ? null : `${login}@users.noreply.github.com`;
  const at = folded.lastIndexOf('@');
  if (at <= 0 || at === folded.length - 1 || /\s/.test(folded) || NOBODYS_ADDRESSES.has(folded)) return null;
  const local = folded.slice(0, at), host = folded.slice(at + 1);
  if (NOBODYS_HOSTS.test(host)) return null;
  return /^(?:no-?reply|do-?not-?reply|root|nobody|none|unknown|git|github|info|support|admin|administrator|team|dev|developers?|build|ci|bot|contact|hello)$/.test(local) ? null : folded;
}

/** Sets that grow together; the root of a set is its smallest member, so that it does not depend on the order of joining. */
class Sets {
  readonly #above: Uint32Array;
  constructor(n: number) { this.#above = Uint32Array.from({ length: n }, (_, i) => i); }
  root(i: number): number {
    while (this.#above[i] !== i) i = this.#above[i] = this.#above[this.#above[i]!]!;
    return i;
  }
  join(a: number, b: number): void {
    const x = this.root(a), y = this.root(b);
    if (x < y) this.#above[y] = x; else this.#above[x] = y;
  }
}

export interface Grouped {
  /** of each identity, the smallest identity of the same person */
  readonly root: Uint32Array;
  /** as mailmap has them */
  readonly proper: readonly Identity[];
  readonly kind: readonly PersonKind[];
  /** what each is known by: the same for nobody else, whatever else there is */
  readonly by: readonly string[];
}

/** Puts identities together, each named once. */
export function grouped(identities: readonly Identity[], mailmap: Mailmap | null): Grouped {
  const proper = identities.map((one) => mailmap?.proper(one) ?? one);
  const program = (one: Identity): ReturnType<typeof programOf> => programOf(display(one.name), display(one.email));
  const found = proper.map((one, i) => program(one) ?? (one === identities[i] ? null : program(identities[i]!)));
  const sets = new Sets(identities.length);
  const names = proper.map(({ name }) => foldedName(name));
  const addresses = proper.map(({ email }, i) => (found[i] === null ? tellingAddress(email) : null));

  const sharers = new Map<string, Set<string>>();
  for (const [i, address] of addresses.entries()) {
    if (address === null || !isTelling(names[i]!)) continue;
    const all = sharers.get(address);
    if (all === undefined) sharers.set(address, new Set([names[i]!])); else all.add(names[i]!);
  }
  const isShared = (address: string): boolean => (sharers.get(address)?.size ?? 0) >= SHARED_BY;
  const first = new Map<string, number>();
  const joinBy = (key: string, i: number): void => {
    const other = first.get(key);
    if (other === undefined) first.set(key, i); else sets.join(other, i);
  };
  for (const [i, one] of proper.entries()) {
    const program = found[i]!, address = addresses[i]!, name = names[i]!;
    if (program !== null) {
      joinBy(`p ${program.kind} ${program.name}`, i);
      continue;
    }
    // mailmap gave them the same name and address; whatever these are, the repository says so
    joinBy(`= ${one.email.toLowerCase()}\0${name}`, i);
    if (address !== null && !isShared(address)) joinBy(`@ ${address}`, i);
    if (isTelling(name)) joinBy(`n ${name}`, i);
  }
  return {
    root: Uint32Array.from(identities, (_, i) => sets.root(i)), proper,
    kind: found.map((one) => one?.kind ?? 'person'),
    by: proper.map(({ email }, i) => {
      const program = found[i]!, address = addresses[i]!;
      if (program !== null) return `program\0${program.kind} ${program.name}`;
      return address !== null && !isShared(address) ? `address\0${address}` : `name\0${email.toLowerCase()}\0${names[i]!}`;
    }),
  };
}

/** A person's key: of what the first identity is known by under which they committed. */
export function keyOf(by: string): string {
  return toHex(sha256(toBytes(fromUtf8(by)))).slice(0, 16);
}

/** Who of a history a name with an address is: by both, by the address, by the name, as in `grouped`. -1: nobody it knows. */
export function personOf(history: Pick<History, 'people'>): (name: ByteString, email: ByteString) => number {
  const NOT_ONE = -1;
  const known = new Map<string, number>();
  const note = (key: string, person: number): void => { const before = known.get(key); known.set(key, before === undefined || before === person ? person : NOT_ONE); };
  const keys = (name: ByteString, email: ByteString): string[] => {
    const program = programOf(display(name), display(email));
    if (program !== null) return [`p ${program.kind} ${program.name}`];
    const folded = foldedName(name), address = tellingAddress(email);
    return [`= ${email.toLowerCase()}\0${folded}`, ...address === null ? [] : [`@ ${address}`], ...isTelling(folded) ? [`n ${folded}`] : []];
  };
  for (const [i, person] of history.people.entries()) {
    for (const { name, email } of [person as Pick<Person, 'name' | 'email'>, ...person.also]) for (const key of new Set(keys(name, email))) note(key, i);
  }
  return (name, email) => {
    for (const key of keys(name, email)) { const person = known.get(key); if (person !== undefined && person !== NOT_ONE) return person; }
    return NOT_ONE;
  };
}
