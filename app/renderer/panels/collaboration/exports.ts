// What the tab gives away: its answers as JSON, the command line that prints the same, the board as Markdown. Where roles stand in place of names, nothing
// here says who somebody is: no name, no address, no key made of them. Loaded when first asked for.
import { display } from '../../../core/bytes.ts';
import { HALF_LIFE_DAYS } from '../../../core/collaboration/model.ts';
import type { Assignment } from '../../../core/collaboration/report.ts';
import { escapedSentence } from '../../../core/visible.ts';
import { askWorker } from '../../app/collaboration.ts';
import { columnsOf, useBoard } from '../../state/board.ts';
import { askedNow, useCollaboration } from '../../state/collaboration.ts';
import { quote } from '../../state/commandLine.ts';
import { useConnection } from '../../state/connection.ts';
import { plural } from '../../state/words.ts';
import { called } from './names.ts';
import type { Called } from './names.ts';
import { MOST_LINES } from './Now.tsx';
import { pathsWords, sidesWords } from './words.ts';

const now = (): Called => called(useCollaboration.getState(), Math.floor(Date.now() / 1000));

/** Of the section that is shown: its name tells it, and the moment it is of. */
export async function exportOf(): Promise<{ readonly name: string; readonly text: string }> {
  const state = useCollaboration.getState(), { overview, names, place, heat, by } = state, { decided } = useBoard.getState(), { acu } = now();
  const asked = askedNow(state), showsRoles = names === 'roles';
  const people = overview?.people.map(({ person, key, name, email, role, kind, flying, places }) => ({ person, ...(showsRoles ? {} : { key, name, email }), role, kind, flying, places: places.map(({ path, share }) => ({ path: display(path), share })) }));
  const parts: Record<string, unknown> = {};
  switch (place) {
    case 'now':
      parts['talk'] = await askWorker((api, at) => api.talk(at, MOST_LINES));
      parts['predictions'] = await askWorker((api, at) => api.predictions(at, MOST_LINES));
      parts['assignment'] = await askWorker((api, at) => api.assign(at, decided));
      break;
    case 'board': parts['assignment'] = await askWorker((api, at) => api.assign(at, decided)); break;
    case 'bus': parts['busFactor'] = await askWorker((api, at) => api.busFactor(at, MOST_LINES)); break;
    case 'map': parts['matrix'] = await askWorker((api, at) => api.heat(heat, at, by, MOST_EXPORTED)); break;
  }
  const { people: _, ...about } = overview ?? { people: [] };
  const acus = new Set<string>();
  const text = JSON.stringify({ asked, names, overview: about, people, ...parts, ...(place === 'map' ? {} : { acus: {} }) }, (key, value: unknown) => {
    if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>);
    // every id of an ACU is explained below
    if ((key === 'a' || key === 'b') && typeof value === 'string' && value !== 'base') acus.add(value);
    if ((key === 'path' || key === 'with') && typeof value === 'string') return display(value as Parameters<typeof display>[0]);
    if (key === 'paths' && Array.isArray(value)) return value.map((path: unknown) => display(path as Parameters<typeof display>[0]));
    return key === 'acus' ? Object.fromEntries([...acus].map((id) => [id, acu(id as Parameters<typeof acu>[0])])) : value;
  }, 1);
  const stamp = overview === null ? 'now' : new Date(overview.asOf * 1000).toISOString().slice(0, 10);
  return { name: `acumen-collaboration-${place}-${stamp}${showsRoles ? '-roles' : ''}.json`, text: `${text}\n` };
}

/** Rows and columns of an exported matrix. */
const MOST_EXPORTED = 1000;

/** `acumen collaborate` with what was chosen here. */
export function commandLine(): string {
  const { asOf, halfLifeDays, by, names, place, heat, overview } = useCollaboration.getState(), repository = useConnection.getState().repository?.path ?? '.';
  const away = overview?.people.filter(({ key }) => useBoard.getState().decided.away.includes(key)) ?? [];
  return [
    'acumen', 'collaborate', '--repo', repository, ...(asOf === null ? [] : ['--as-of', new Date(asOf * 1000).toISOString()]), ...(halfLifeDays === HALF_LIFE_DAYS ? [] : ['--half-life', String(halfLifeDays)]),
    ...(place === 'map' ? ['--matrix', heat, '--by', by] : []), ...away.flatMap(({ role, email, name }) => ['--away', names === 'roles' ? role : email || name]), ...(names === 'roles' ? ['--roles'] : []), '--json',
  ].map(quote).join(' ');
}

/** The board as Markdown, by person; null where nothing is open. */
export async function boardText(): Promise<string | null> {
  const { decided } = useBoard.getState();
  return boardMarkdown(await askWorker((api, at) => api.assign(at, decided)), now());
}

/** Pure: no mark of Markdown in a name becomes one. */
export function boardMarkdown(assignment: Assignment, { person, acu }: Pick<Called, 'person' | 'acu'>): string | null {
  if (assignment.items.length === 0) return null;
  const plain = (text: string): string => escapedSentence(text).replaceAll(/[\\`*_{}[\]<>#|]/g, (mark) => `\\${mark}`);
  const lines = columnsOf(assignment).filter(({ cards, away }) => cards.length > 0 || away).map(({ person: index, cards, away }) => [
    `## ${index === null ? 'Beyond the limits' : plain(person(index))}${away ? ' (away)' : ''}`,
    ...cards.map(({ item, pinned }) => `- [ ] ${item.kind === 'conflict' ? 'Resolve' : 'Review'} ${plain(sidesWords(item, acu))}: ${plain(pathsWords(item.paths))}${pinned ? ' (pinned)' : ''}`),
  ].join('\n'));
  const exact = Math.abs(assignment.cost - assignment.bound) <= 1e-6 * Math.max(1, Math.abs(assignment.cost));
  return `${plural(assignment.items.length, 'open item')}${exact ? ', shared out at the least cost, proven' : ''}.\n\n${lines.join('\n\n')}\n`;
}
