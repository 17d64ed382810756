// Dangers: a mail read as somebody else's, a title with its wrappings, a byte of UTF-8 taken for white space; a parser that
// crashes, hangs or grows on a damaged patch. What hunks and headers mean is held to git in main/git/applying.test.ts.
import { describe, expect, test } from 'vitest';
import { Random } from '../../../testkit/random.ts';
import { allowedPatches, hostilePatches } from '../../../testkit/hostile/patches.ts';
import { type ByteString, display, fromUtf8 } from '../bytes.ts';
import { type PatchMail, splitMails } from './mail.ts';
import { type FilePatch, PatchError, parseDiff } from './parse.ts';
import { Effort, EffortSpent, Unplaced, applyHunks, linesOf } from './place.ts';

const DIFF = 'diff --git a/a.txt b/a.txt\nindex 1234567..89abcde 100644\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n';
const FROM = 'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n';
const mail = (headers: string, body = `A body.\n---\n a.txt | 2 +-\n\n${DIFF}-- \n2.39.5\n`): string => `${headers}\n${body}`;
const one = (text: string): PatchMail => splitMails(fromUtf8(text))[0]!;
const shown = ({ author, title, message, date, series }: PatchMail) =>
  ({ author: author === null ? null : `${display(author.name)} <${display(author.email)}>`, title: display(title), message: display(message), date, series });

describe('mails', () => {
  test('of git format-patch', () => {
    const found = splitMails(`${FROM}${mail('From: Ada Lovelace <ada@example.invalid>\nDate: Tue, 14 Nov 2023 22:13:20 +0130\nSubject: [PATCH v2 2/3] A title\n')}` as ByteString);
    expect(found.map(shown)).toEqual([{ author: 'Ada Lovelace <ada@example.invalid>', title: 'A title', message: 'A title\n\nA body.\n', date: { time: 1_699_994_600, offset: 90 }, series: { n: 2, m: 3 } }]);
    expect(parseDiff(found[0]!.diff)).toMatchObject([{ oldName: 'a.txt', newName: 'a.txt', hunks: [{ before: ['one\n', 'two\n', 'three\n'], after: ['one\n', '2\n', 'three\n'] }] }]);
  });

  test('several in one file, in order', () => {
    const found = splitMails(`${FROM}${mail('From: A <a@x>\nSubject: one\n')}\n${FROM}${mail('From: B <b@x>\nSubject: two\n', `From me to you\n---\n${DIFF}`)}` as ByteString);
    expect(found.map((m) => [m.title, m.author?.email, parseDiff(m.diff).length])).toEqual([['one', 'a@x', 1], ['two', 'b@x', 1]]);
  });

  test.each([
    ['Subject: Re: [PATCH] [x] : a   b', 'a b'], ['Subject: [PATCH\n 1/2] folded\n\tonce more', 'folded once more'], ['Subject: =?UTF-8?q?Zo=C3=AB_says?=\n =?UTF-8?b?IGjDqQ==?= twice', 'Zoë says hé twice'],
    ['Subject: =?iso-8859-1?Q?caf=E9?=', 'café'], ['Subject: =?unheard-of?Q?caf=E9?=', 'caf\\xe9'], ['Subject: = ?utf-8?q?no?=', '= ?utf-8?q?no?='], ['Subject: à', 'à'], ['Subject:', ''],
  ])('title of %j', (subject, title) => {
    expect(display(one(mail(`From: A <a@x>\n${subject}\n`)).title)).toBe(title);
  });

  test.each([
    ['A B <a@x.invalid>', 'A B <a@x.invalid>'], ['"B, A" <a@x>', 'B, A <a@x>'], ['a@x (A B)', 'A B <a@x>'], ['a@x', 'a@x <a@x>'], ['=?utf-8?q?Zo=C3=AB?= <z@x>', 'Zoë <z@x>'], ['<a@x>', 'a@x <a@x>'], ['"a \\"b\\"" <a@x>', 'a b <a@x>'],
  ])('author of %j', (from, author) => { expect(shown(one(mail(`From: ${from}\nSubject: x\n`))).author).toBe(author); });

  test('headers in the body are about the change', () => {
    const found = shown(one(mail('From: List <list@x>\nSubject: wrapped\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n', `From: Real Author <real@x>\nDate: Wed, 15 Nov 2023 00:00:00 -0800\n\nWhy.\n---\n${DIFF}`)));
    expect(found).toMatchObject({ author: 'Real Author <real@x>', title: 'wrapped', message: 'wrapped\n\nWhy.\n', date: { time: 1_700_035_200, offset: -480 } });
  });

  test('encoded bodies', () => {
    const quoted = one(mail('From: A <a@x>\nSubject: x\nContent-Transfer-Encoding: quoted-printable\n', `---\n${DIFF.replace('+2', '+=3D caf=C3=A9 =\nlong')}`));
    expect(parseDiff(quoted.diff)[0]!.hunks[0]!.after[1]).toBe(`${fromUtf8('= café long')}\n`);
    const base64 = one(mail('From: A <a@x>\nSubject: x\nContent-Transfer-Encoding: base64\n', Buffer.from(`---\n${DIFF}`).toString('base64').replace(/.{60}/g, '$&\n')));
    expect(parseDiff(base64.diff)).toHaveLength(1);
  });

  test('a bare diff has nobody, even where it begins with words', () => {
    expect(shown(one(`Some words: and more.\n\n${DIFF}`))).toEqual({ author: null, title: '', message: '', date: null, series: null });
    expect(parseDiff(one(DIFF).diff)).toHaveLength(1);
  });
});

test('the effort of placing is bounded', () => {
  const [patch] = parseDiff(DIFF as ByteString) as [FilePatch];
  expect(applyHunks('one\ntwo\nthree\n', patch.hunks, new Effort(20))).toBe('one\n2\nthree\n');
  expect(() => applyHunks('one\ntwo\nthree\n', patch.hunks, new Effort(2))).toThrow(EffortSpent);
  expect(() => applyHunks('other\n', patch.hunks, new Effort())).toThrow(Unplaced);
});

/** Everything but the tree: what a stranger's bytes reach first. */
function readWhole(text: ByteString): FilePatch[] | null {
  try {
    return splitMails(text).flatMap((m) => parseDiff(m.diff));
  } catch (error) {
    if (error instanceof PatchError) return null;
    throw error;
  }
}

test.each(hostilePatches.map(({ name, patch }) => [name, patch] as const))('hostile: %s', (_, patch) => {
  const files = readWhole(patch() as ByteString);
  for (const file of files ?? []) expect([file.oldName, file.newName].every((name) => (name?.length ?? 0) <= 4096)).toBe(true);
});
test.each(allowedPatches.map(({ name, patch }) => [name, patch] as const))('allowed: %s', (_, patch) => {
  expect(readWhole(patch as ByteString)?.length).toBeGreaterThan(0);
});

/** Under a second; more by ACUMEN_PATCH_MUTATIONS. */
const MUTATIONS = Number(process.env['ACUMEN_PATCH_MUTATIONS'] ?? 10_000);

test(`${MUTATIONS} mutated patches: each is read or refused, nothing else, and placed or not`, () => {
  const random = new Random(20_13);
  const seeds: string[] = [
    ...allowedPatches.map((p) => p.patch).filter((p) => p.length < 5000), DIFF, `${FROM}${mail('From: A <a@x>\nSubject: [PATCH 1/2] =?utf-8?q?x?=\n')}${FROM}${mail('From: B <b@x>\nSubject: two\n')}`,
    ...hostilePatches.filter((p) => !/million|more |many|without|nearly|literal that|mails|subject|for ever|escapes|spaces|NUL|terabyte/.test(p.name)).map((p) => p.patch()).filter((p) => p.length < 5000),
  ];
  const pieces = ['@@ -1,3 +1,3 @@\n', '--- a/a.txt\n', '+++ b/a.txt\n', 'diff --git a/a.txt b/a.txt\n', 'GIT binary patch\n', 'literal 5\n', 'delta 7\n', '\\ No newline at end of file\n', '\n', '\0', '\xff', '"', 'From ', FROM, 'Subject: ', 'rename from x\n', '/dev/null', '999999999999', '-', '+', ' '];
  let read = 0, placed = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    let text = seeds[random.below(seeds.length)]!;
    for (let times = 1 + random.below(6); times > 0; times--) {
      const at = random.below(text.length + 1), length = random.below(Math.min(40, text.length - at + 1));
      switch (random.below(5)) {
        case 0: text = text.slice(0, at) + text.slice(at + length); break;
        case 1: text = text.slice(0, at) + text.slice(at, at + length).repeat(1 + random.below(3)) + text.slice(at + length); break;
        case 2: text = text.slice(0, at) + pieces[random.below(pieces.length)]! + text.slice(at); break;
        case 3: text = text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1); break;
        default: { const other = seeds[random.below(seeds.length)]!, from = random.below(other.length + 1); text = text.slice(0, at) + other.slice(from, from + random.below(400)) + text.slice(at); }
      }
    }
    const files = readWhole(text as ByteString);
    if (files === null) continue;
    read++;
    for (const file of files) {
      // no hunk has a line that the patch does not: reading makes nothing up
      for (const hunk of file.hunks) expect(hunk.before.join('').length + hunk.after.join('').length).toBeLessThanOrEqual(2 * text.length);
      try {
        const made = applyHunks('one\ntwo\nthree\n', file.hunks, new Effort(100_000));
        expect(linesOf(made).join('')).toBe(made);
        placed++;
      } catch (error) {
        expect(error instanceof Unplaced || error instanceof EffortSpent).toBe(true);
      }
    }
  }
  expect(read).toBeGreaterThan(MUTATIONS / 10);
  expect(placed).toBeGreaterThan(MUTATIONS / 20);
});
