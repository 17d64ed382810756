// Three changes of which any two go together and which depend on the order of merging: the table of pairs says "fits two by two", and the
// screen says what composing says before anything is recorded.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ids } from '../../app/renderer/testids.ts';
import { tempDir } from '../../testkit/git.ts';
import { numbered, smallRepository } from '../../testkit/small.ts';
import { test } from '../door.ts';
import { accessible, picture } from '../look.ts';
import { opened, page, shared } from '../opened.ts';
import { composed, dragIn, lift, row } from '../screen.ts';

const dir = shared(tempDir('journey-order'));
opened(() => {
  const repository = smallRepository(join(dir.path, 'order'), { 'D/1': numbered(12, { 1: 'one' }), 'D/2': numbered(12, { 1: 'two', 5: 'b' }), 'other.txt': 'other\n' });
  repository.branch('half', { 'D/1': null, 'E/1': numbered(12, { 1: 'one' }) });
  repository.branch('rest', { 'D/2': null });
  repository.branch('adds', { 'D/new': 'new\n' });
  repository.branch('apart', { 'other.txt': 'changed\n' });
  return { repository: repository.path };
});

test('pointing at the third says first that two by two they fit, then that it depends on the order, and with whom', async () => {
  await dragIn(page, 'half');
  await composed(page, ['half']);
  await dragIn(page, 'rest');
  await composed(page, ['half', 'rest']);
  await row(page, 'adds').hover();
  const verdict = page.locator(`[data-testid="${ids.verdict}"][data-subject="${await row(page, 'adds').getAttribute('data-acu')}"]`);
  await expect.poll(() => verdict.getAttribute('data-kind')).toBe('order-sensitive');
  expect((await verdict.innerText()).replace(/\s+/g, ' ')).toMatch(/^Depends on the order of merging, with (half and rest|rest and half): E\/new conflicts \(directory rename\) when these 3 are merged in some orders/);
  await row(page, 'apart').hover();
  const apart = page.locator(`[data-testid="${ids.verdict}"][data-subject="${await row(page, 'apart').getAttribute('data-acu')}"]`);
  await expect.poll(() => apart.innerText()).toMatch(/^Fits\s+apart$/);
});

test('dropping it composes nothing: it is proposed with its reason, and can take the place of one of the two', async () => {
  await lift(page, 'adds');
  await expect.poll(() => page.getByTestId(ids.ghost).getAttribute('data-kind')).toBe('order-sensitive');
  await picture(page, 'drag-order');
  await page.mouse.up();
  const proposal = page.getByTestId(ids.proposal);
  await proposal.waitFor();
  expect(await proposal.getAttribute('data-kind')).toBe('order-sensitive');
  expect(await proposal.innerText()).toContain('depends on the order');
  await composed(page, ['half', 'rest']);
  await picture(page, 'proposal-order');
  await accessible(page);
  await page.getByTestId(ids.proposalAccept).click();
  const inside = (): Promise<(string | undefined)[]> => page.getByTestId(ids.member).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['name']));
  await expect.poll(inside).toContain('adds');
  // with either of them alone any order does
  expect([['adds', 'half'], ['adds', 'rest']]).toContainEqual((await inside()).sort());
});
