// What holds on every screen whoever wrote the texts on it: nothing ran, nothing was asked of elsewhere, nothing is hidden, and everything is in
// its place. Journeys ask it at each step.
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { ids } from '../app/renderer/testids.ts';
import { CANARY, UNSEEN } from '../testkit/hostile/strings.ts';
import type { Session } from './driver.ts';
import { accessible, picture } from './look.ts';

/** Fails where it does not hold; `where` says on which screen. */
export type Sound = (where: string) => Promise<void>;

/** Letters of one text or attribute that is no file: some names in a tooltip, a command line. */
const LONGEST = 20_000;

/** Asked in the page, so that thousands of texts stay there. */
function look({ canary, unseen, longest, rowId }: { readonly canary: string; readonly unseen: string; readonly longest: number; readonly rowId: string }) {
  // all that a person can see or hear: texts, tooltips, labels, values; what CodeMirror marks is marked already
  const hidden = new RegExp(unseen, 'u'), heard = new Set(['title', 'aria-label', 'placeholder', 'aria-description', 'alt']), unmarked: string[] = [], endless: string[] = [];
  const check = (text: string, where: string, isLong = text.length > longest): void => {
    if (hidden.test(text)) unmarked.push(`${where}: ${text.slice(0, 200)}`);
    if (isLong) endless.push(`${where}: ${text.length} letters`);
  };
  check(document.title, 'the title');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement!;
    if (parent === document.body) continue; // the line ends of index.html
    const isFile = parent.closest('.cm-content, pre, textarea') !== null;
    check(isFile ? node.nodeValue!.replace(/[\t\n]/g, ' ') : node.nodeValue!, parent.className, !isFile && node.nodeValue!.length > longest);
  }
  for (const element of document.querySelectorAll('*')) {
    // what somebody types is theirs
    for (const { name, value } of element.attributes) if (heard.has(name)) check(value.replaceAll('\n', ' '), `${element.className}@${name}`); else if (value.length > longest && name !== 'value') endless.push(`${element.className}@${name}: ${value.length} letters`);
  }
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  const { scrollWidth, scrollHeight } = document.documentElement, wide = scrollWidth - innerWidth, tall = scrollHeight - innerHeight;
  return {
    ran: Object.getOwnPropertyNames(globalThis).filter((key) => key.startsWith(canary)),
    violations: (globalThis as unknown as { violations: string[] }).violations,
    unmarked, endless,
    // made of their text, and of no text of ours
    made: all('iframe, object, embed, foreignObject, base, form[action], meta[http-equiv="refresh"], img:not(.cm-widgetBuffer), video, audio, a[href^="javascript:"], a[href*="elsewhere"], [onerror], [onload], [onmouseover], [onfocus], style:not([nonce]), script:not([src])').map((one) => one.outerHTML.slice(0, 120)),
    layout: {
      // one pixel: what is there for screen readers alone
      wide: wide > 1 ? wide : 0, tall: tall > 1 ? tall : 0,
      // whatever stands outside its pane without being cut off there
      out: all('.panel, .status, .topbar, .notice, dialog').filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1; }).map((one) => one.className),
      // wider than the pane it stands in, and not cut off or scrolled there
      broad: all('.panel, .status, .topbar').filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1 && !['auto', 'scroll'].includes(getComputedStyle(one).overflowX)).map((one) => `${one.className}: ${one.scrollWidth} > ${one.clientWidth}`),
      // rows of a list are all as high
      heights: new Set(all(`[data-testid="${rowId}"]`).map((row) => row.getBoundingClientRect().height)).size > 1,
    },
  };
}

/** Listens from now on. */
export async function watchOver(session: Session): Promise<Sound> {
  const { page } = session, address = page.url(), { origin } = new URL(address), asked: string[] = [];
  page.on('dialog', (dialog) => { asked.push(`a dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('request', (request) => { asked.push(request.url()); });
  page.context().on('page', (other) => { asked.push(`a window: ${other.url()}`); });
  await page.evaluate(() => {
    const seen: string[] = [];
    (globalThis as unknown as { violations: string[] }).violations = seen;
    document.addEventListener('securitypolicyviolation', (event) => { seen.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`); });
  });
  return async (where) => {
    const { ran, violations, unmarked, endless, made, layout } = await page.evaluate(look, { canary: CANARY, unseen: UNSEEN.source, longest: LONGEST, rowId: ids.acuRow });
    expect(ran, `${where}: something ran`).toEqual([]);
    expect(violations, `${where}: the policy was tried`).toEqual([]);
    expect(session.complaints, where).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(origin) && !url.startsWith(origin.replace(/^http/, 'ws')) && !/^(?:blob|data):/.test(url)), `${where}: something was asked of elsewhere`).toEqual([]);
    expect(unmarked, `${where}: what nobody sees`).toEqual([]);
    expect(endless, `${where}: more than anybody reads`).toEqual([]);
    expect(made, `${where}: something was made of their text`).toEqual([]);
    expect(layout, `${where}: the layout`).toEqual({ wide: 0, tall: 0, out: [], broad: [], heights: false });
    expect(page.url(), `${where}: the page is another`).toBe(address);
  };
}

/** Drops the first that conflicts, and looks at what is proposed before it is put away. `name`: of its picture. */
export async function proposed(page: Page, sound: Sound, name: string): Promise<void> {
  await page.locator(`[data-testid="${ids.acuRow}"][data-mark="conflicts"]`).first().dblclick();
  await page.getByTestId(ids.proposal).waitFor();
  await sound('a proposal');
  await picture(page, name);
  await accessible(page);
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
}
