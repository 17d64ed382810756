// `npm run screenshots [-- REPOSITORY] [--only PART] [--in FOLDER]`: pictures of every panel in every state, light and dark, into docs/images/screens, and docs/SCREENS.md
// around them. Drives the build in dist/ as a person would, on a copy of the repository given (hundreds of branches), without one on the sample; says
// which picture could not be taken, and why.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { browserDriver } from '../e2e/browser.ts';
import type { Driver, LaunchOptions, Session } from '../e2e/driver.ts';
import { ready } from '../e2e/screen.ts';
import { removeFolder } from '../testkit/folder.ts';
import { screensPage, themes } from './screens/page.ts';
import type { Theme } from './screens/page.ts';
import { looks } from './screens/looks.ts';
import { parts as large } from './screens/parts.ts';
import { small } from './screens/png.ts';
import { WRITTEN } from './screens/shot.ts';
import type { Part, Shot } from './screens/shot.ts';
import { before, rare } from './screens/states.ts';
import { at } from './steps.ts';

const VIEWPORT = { width: 1440, height: 900 };
/** ms: within which a state must be there; an import of hundreds of branches; after which whatever moves has come to rest */
const PATIENCE = 20_000, IMPORT = 400_000, REST = 400;
/** Bytes of all pictures together that a repository can carry. */
const MOST_BYTES = 14 * 2 ** 20;
const parts: readonly Part[] = [before, ...large, ...rare, ...looks];

interface Stage {
  /** null: the sample */
  readonly repository: string | null;
  /** a store in which it is imported; each part begins with a copy */
  readonly store: string;
  readonly folder: string;
}

const failed: string[] = [];
const fail = (what: string, error: unknown): void => {
  failed.push(`${what}: ${error instanceof Error ? error.message.split('\n')[0]! : String(error)}`);
  process.stderr.write(`✗ ${failed.at(-1)!}\n`);
};

/** Without locks and workers' leavings: what SQLite keeps beside a store that was closed is part of it. */
function copyOfStore({ store, folder }: Stage, name: string): string {
  const to = join(folder, `${name}.acumen`);
  for (const file of globSync(`${basename(store)}*`, { cwd: folder })) copyFileSync(join(folder, file), `${to}${file.slice(basename(store).length)}`);
  return to;
}

async function take(page: Page, part: Part, shot: Shot, theme: Theme, images: string): Promise<void> {
  const name = `${part.name}-${shot.name}`;
  try {
    // what was said of what was done before is no part of this picture
    for (const notice of await page.locator('.notices [aria-label="Dismiss"]').all()) await notice.click({ timeout: 1000 }).catch(() => undefined);
    await shot.act(page);
    await page.waitForTimeout(shot.rest ?? REST);
    const pictured = shot.of === undefined ? page : page.locator(shot.of).first();
    writeFileSync(join(images, `${name}-${theme}.png`), small(await pictured.screenshot({ animations: 'disabled', scale: 'css' })));
    process.stderr.write(`✓ ${name} ${theme}\n`);
  } catch (error) {
    fail(`${name} ${theme}`, error);
  }
  try { await shot.after?.(page); } catch (error) { fail(`after ${name} ${theme}`, error); }
}

/** What a part begins with; without a repository given there is only the sample. */
function where(part: Part, theme: Theme, stage: Stage): LaunchOptions {
  const name = `${part.name}-${theme}`, given = stage.repository === null ? {} : { repository: stage.repository };
  switch (part.on) {
    case 'nothing': return {};
    case 'unread': return given;
    case 'repository': return { store: copyOfStore(stage, name), ...given };
    case 'small': {
      const at = join(stage.folder, name);
      part.make!(at);
      return { repository: join(at, readdirSync(at).find((one) => existsSync(join(at, one, '.git', 'HEAD')))!) };
    }
  }
}

/** Each part in a session of its own, so that one that fails leaves the others as they are. */
async function play(driver: Driver, part: Part, theme: Theme, stage: Stage, images: string): Promise<void> {
  let session: Session | null = null;
  try {
    session = await driver.launch({ ...where(part, theme, stage), viewport: VIEWPORT, colorScheme: theme });
    session.page.setDefaultTimeout(PATIENCE);
    if (part.on === 'repository') await ready(session.page);
    await part.begin?.(session.page, session);
    for (const shot of part.shots) await take(session.page, part, shot, theme, images);
    for (const one of session.complaints) if (part.complains?.test(one) !== true) fail(`${part.name} ${theme} complained`, one.slice(0, 300));
  } catch (error) {
    fail(`${part.name} ${theme}`, error);
  } finally {
    await session?.close();
    // what was written is in flight for whoever comes next, and in the way of writing it again
    if (stage.repository !== null) execFileSync('git', ['update-ref', '-d', `refs/heads/${WRITTEN}`], { cwd: stage.repository });
  }
}

async function prepared(driver: Driver, given: string | undefined, folder: string): Promise<Stage> {
  const repository = given === undefined ? null : join(folder, basename(resolve(given)).replace(/\.git$/, ''));
  // what is written goes to a copy
  if (repository !== null) execFileSync('git', ['clone', '--quiet', '--mirror', '--no-local', resolve(given!), repository]);
  const store = join(folder, 'imported.acumen');
  const session = await driver.launch({ store, ...repository === null ? {} : { repository }, viewport: VIEWPORT });
  session.page.setDefaultTimeout(IMPORT);
  await ready(session.page);
  await session.close();
  return { repository, store, folder };
}

const { values: { only, in: place }, positionals: [given] } = parseArgs({ allowPositionals: true, options: { only: { type: 'string', multiple: true }, in: { type: 'string' } } });
const images = at('docs/images/screens'), folder = mkdtempSync(join(place ?? tmpdir(), 'acumen-screens-'));
const wanted = parts.filter((part) => only === undefined || only.includes(part.name));
if (only === undefined) rmSync(images, { recursive: true, force: true });
mkdirSync(images, { recursive: true });
const driver = await browserDriver();
try {
  const stage = await prepared(driver, given, folder);
  const branches = stage.repository === null ? 0 : execFileSync('git', ['for-each-ref', '--format=x'], { cwd: stage.repository, encoding: 'utf8' }).split('\n').length - 1;
  for (const part of wanted) for (const theme of part.themes ?? themes) await play(driver, part, theme, stage, images);
  const about = stage.repository === null ? 'on the sample (no repository was given)' : `on ${basename(stage.repository)}, ${branches} branches and pull requests as they are`;
  // of some parts alone, the pictures of the others are those of before; on the sample they would be of something else
  if (only === undefined || stage.repository !== null) writeFileSync(at('docs/SCREENS.md'), screensPage(parts, images, about));
} finally {
  await driver.close();
  removeFolder(folder);
}
const files = globSync('*.png', { cwd: images }), bytes = files.reduce((sum, file) => sum + statSync(join(images, file)).size, 0);
if (bytes > MOST_BYTES) fail('the pictures', `${(bytes / 2 ** 20).toFixed(1)} MiB are more than ${MOST_BYTES / 2 ** 20}`);
process.stderr.write(`${files.length} pictures, ${(bytes / 2 ** 20).toFixed(1)} MiB; ${failed.length} failed${failed.map((one) => `\n  ${one}`).join('')}\n`);
if (failed.length > 0) process.exitCode = 1;
