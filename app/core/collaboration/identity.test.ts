// The danger: two people taken for one, so that one's knowledge is the other's; one taken for two, so that nobody seems to know anything; a
// program counted among people; and all of that changing with the order in which commits came.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteString, fromUtf8 } from '../bytes.ts';
import { foldedName, grouped, isTelling, keyOf, personOf, tellingAddress } from './identity.ts';
import type { Identity } from './log.ts';
import { Mailmap } from './mailmap.ts';
import type { Person } from './model.ts';
import { programOf, programs } from './programs.ts';

const one = (text: string): Identity => ({ name: fromUtf8(text.slice(0, text.indexOf('<')).trim()), email: fromUtf8(text.slice(text.indexOf('<') + 1, -1)) });
const same = (a: string, b: string, mailmap: string | null = null): boolean => {
  const { root } = grouped([one(a), one(b)], mailmap === null ? null : new Mailmap(fromUtf8(mailmap)));
  return root[0] === root[1];
};

describe('one person', () => {
  test.each([
    ['Ada Lovelace <ada@x.org>', 'ADA <Ada@X.org>', 'an address, in letters of either case'],
    ['Ada Lovelace <ada@x.org>', 'ada  lovelace <countess@y.net>', 'a full name'],
    ['Ada <12345+ada@users.noreply.github.com>', 'Lovelace <ada@users.noreply.github.com>', 'an account, with its number and without'],
    ['sapphi-red <a@x.org>', 'sapphi-red <b@y.org>', 'a name that is made like an account\'s'],
    ['\u00c9mile Zola <z@x.org>', 'E\u0301mile Zola <zola@y.org>', 'a name in two forms of Unicode'],
    ['Ada Lovelace (aider) <a@x.org>', 'Ada Lovelace <b@y.org>', 'somebody whom a program helped'],
    ['Li Wei Zhang <l@x.cn>', 'Li Wei Zhang <w@y.cn>', 'three short words'],
  ])('%s and %s: %s', (a, b) => { expect(same(a, b)).toBe(true); });

  test('whom the mailmap says', () => { expect(same('A <a@x.org>', 'B <b@x.org>', 'Ada <ada@x.org> <a@x.org>\nAda <ada@x.org> <b@x.org>\n')).toBe(true); });
});

describe('two people', () => {
  test.each([
    ['John <john@a.org>', 'John <john@b.org>', 'a first name'],
    ['Alexander <a@a.org>', 'Alexander <a@b.org>', 'a long first name'],
    ['root <root@localhost>', 'root <root@localhost.localdomain>', 'nobody\'s name'],
    ['Ada Lovelace <root@localhost>', 'Grace Hopper <root@localhost>', 'a machine\'s own address'],
    ['Ada Lovelace <you@example.com>', 'Grace Hopper <you@example.com>', 'the address of an example'],
    ['Your Name <a@x.org>', 'Your Name <b@y.org>', 'what a template says'],
    ['unknown <>', 'unknown <u@x.org>', 'no address'],
    ['dev <dev@a.com>', 'dev <dev@b.com>', 'a role'],
    ['J S <j@x.org>', 'J S <s@y.org>', 'initials'],
    ['\u5f20\u4f1f <a@x.cn>', '\u5f20\u4f1f <b@y.cn>', 'two characters that a million people have for a name'],
    ['Claude Dupont <claude@dupont.fr>', 'Claude <noreply@anthropic.com>', 'a person and a program of one name'],
    ['user1 <a@x.org>', 'user1 <b@y.org>', 'a numbered role'],
    ['Ada Lovelace <support@company.com>', 'Grace Hopper <support@company.com>', 'a mailbox of many'],
  ])('%s and %s: %s', (a, b) => { expect(same(a, b)).toBe(false); });

  test('who share an address with many others, whatever it is called', () => {
    const names = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Donald Knuth'];
    const { root, by } = grouped([...names.map((name) => one(`${name} <lab@uni.edu>`)), one('Ada Lovelace <ada@x.org>')], null);
    expect(new Set(root).size).toBe(names.length);
    expect(root[6]).toBe(root[0]);
    expect(new Set(by.map(keyOf)).size).toBe(7);
  });
});

test('programs are known as such, under all their names, and people who bear such names are not', () => {
  const kind = (text: string): string => { const { name, email } = one(text); return programOf(name, email)?.kind ?? 'person'; };
  const program = (text: string): string | undefined => { const { name, email } = one(text); return programOf(name, email)?.name; };
  expect(['dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>', 'renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>', 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>',
    'GitHub <noreply@github.com>', 'my-own[bot] <1+my-own[bot]@users.noreply.github.com>'].map(kind)).toEqual(['bot', 'bot', 'bot', 'bot', 'bot']);
  // of a fleet of one's own, which no table knows
  expect(['Kestrel (agent) <kestrel@agents.example>', 'Deploys (Bot) <ci@example.org>', '(agent) <x@y.org>', 'Ada (agent for art) <ada@example.org>'].map(kind)).toEqual(['agent', 'bot', 'person', 'person']);
  expect(['Claude <noreply@anthropic.com>', 'Copilot <198982749+Copilot@users.noreply.github.com>', 'copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>', 'Cursor Agent <cursoragent@cursor.com>',
    'devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>', 'google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>', 'aider (gpt-4o) <x@y.org>', 'Codex <codex@openai.com>',
  ].map(program)).toEqual(['Claude', 'GitHub Copilot', 'GitHub Copilot', 'Cursor', 'Devin', 'Jules', 'aider', 'OpenAI Codex']);
  expect(['Claude Shannon <c@bell.com>', 'Devin Booker <d@suns.com>', 'Jules Verne <j@nautilus.fr>', 'Claude <claude@example.fr>', 'Cursor Fan <f@x.org>', 'Abbott <a@bot.com>'].map(kind)).toEqual(Array.from({ length: 6 }, () => 'person'));
  // nobody's name or address stands for two programs
  for (const of of ['names', 'addresses', 'logins'] as const) {
    const all = programs.flatMap((entry) => entry[of] ?? []);
    expect(all.filter((text, i) => all.indexOf(text) !== i || text !== text.toLowerCase())).toEqual([]);
  }
});

describe('grouping', () => {
  const name = fc.constantFrom('Ada Lovelace', 'ada lovelace', 'Ada', 'Grace Hopper', 'root', '', 'sapphi-red', 'Alan Turing', 'B C', '\u5f20\u4f1f', 'dependabot[bot]', '<script>');
  const email = fc.constantFrom('ada@x.org', 'ADA@x.org', 'a@y.org', 'grace@navy.mil', '', 'root@localhost', '1+red@users.noreply.github.com', 'red@users.noreply.github.com', 'noreply@anthropic.com', 'lab@uni.edu');
  const identity = fc.record({ name: name.map((text) => fromUtf8(text)), email: email.map((text) => fromUtf8(text)) });
  const unique = fc.uniqueArray(identity, { maxLength: 25, selector: ({ name: n, email: e }) => `${e}\0${n}` });

  /** The obvious twin: whatever has a sign in common belongs together, until nothing changes. */
  function slowly(identities: readonly Identity[]): string[] {
    const names = identities.map((i) => foldedName(i.name)), addresses = identities.map(({ email: e }) => tellingAddress(e));
    const program = identities.map((i) => programOf(i.name, i.email)?.name);
    const shared = (address: string): boolean => new Set(names.filter((n, i) => addresses[i] === address && program[i] === undefined && isTelling(n))).size >= 5;
    const alike = (i: number, j: number): boolean => (program[i] !== undefined || program[j] !== undefined ? program[i] === program[j]
      : (names[i] === names[j] && (isTelling(names[i]!) || identities[i]!.email.toLowerCase() === identities[j]!.email.toLowerCase())) || (addresses[i] !== null && addresses[i] === addresses[j] && !shared(addresses[i]!)));
    const label = identities.map((_, i) => i);
    for (let changed = true; changed;) {
      changed = false;
      for (const i of label.keys()) for (const j of label.keys()) if (label[i]! < label[j]! && alike(i, j)) { label[j] = label[i]!; changed = true; }
    }
    return label.map((l) => identities.flatMap(({ name: n, email: e }, i) => (label[i] === l ? [`${e} ${n}`] : [])).sort().join(','));
  }

  test('is what the obvious twin finds, in whatever order they come', () => {
    fc.assert(fc.property(unique, fc.array(fc.nat(), { minLength: 25, maxLength: 25 }), (identities, keys) => {
      const members = (list: readonly Identity[]): Map<string, string> => {
        const { root } = grouped(list, null);
        return new Map(list.map((i, n) => [`${i.email} ${i.name}`, list.flatMap(({ name: a, email: e }, m) => (root[m] === root[n] ? [`${e} ${a}`] : [])).sort().join(',')]));
      };
      const found = members(identities);
      expect(identities.map((i) => found.get(`${i.email} ${i.name}`))).toEqual(slowly(identities));
      const shuffled = identities.map((i, n) => [keys[n]!, i] as const).sort(([a], [b]) => a - b).map(([, i]) => i);
      expect(new Map([...members(shuffled)].sort())).toEqual(new Map([...found].sort()));
    }), { numRuns: 300 });
  });

  test('whoever is of a history is found in it by each of their names; whoever is not, is not', () => {
    fc.assert(fc.property(unique, (identities) => {
      const { root, by, kind } = grouped(identities, null), roots = [...new Set(root)];
      const people = roots.map((r): Person => {
        const [first, ...also] = identities.filter((_, i) => root[i] === r);
        return { key: keyOf(by[r]!), name: first!.name, email: first!.email, also, kind: kind[r]! };
      });
      expect(new Set(people.map(({ key }) => key)).size).toBe(people.length);
      const who = personOf({ people });
      for (const [i, { name: n, email: e }] of identities.entries()) expect(who(n, e)).toBe(roots.indexOf(root[i]!));
      expect(who('Somebody Else' as ByteString, 'else@where.org' as ByteString)).toBe(-1);
    }), { numRuns: 200 });
  });
});

test('a hundred thousand authors are told apart in a moment', () => {
  const many = Array.from({ length: 100_000 }, (_, i): Identity => ({ name: `Author Number${i}` as ByteString, email: `a${i % 70_000}@x.org` as ByteString }));
  expect(new Set(grouped(many, null).root).size).toBe(70_000);
});
