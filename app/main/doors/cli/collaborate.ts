// `acumen collaborate`: who should talk to whom, which changes are about to collide, who knows the code of each open conflict, who could take
// what. It changes nothing, and nothing leaves this machine. With --roles nothing printed says who anybody is.
import { AcumenError } from '../../../contract/frames.ts';
import type { Methods } from '../../../contract/methods.ts';
import { COLLABORATION, heatKinds, shownReport } from '../../service/collaborationReport.ts';
import type { ShownEvidence, ShownMatrix, ShownReport } from '../../service/collaborationReport.ts';
import { operate, progressing, withWorkspace } from './opening.ts';
import { JsonStream, clean, duration, shortId, table } from './output.ts';
import type { Output } from './output.ts';
import type { Options, Verb } from './program.ts';

/** Of each list, and of rows and columns of a matrix, where --top says nothing. */
const LIST = 10, MATRIX = 30;
/** Rows and columns of a matrix that a terminal has room for. */
const SHOWN = 16;
const DAY = 86_400;

export const collaborate: Verb = async (call) => {
  const { out, options } = call, asked = askedOf(options), roles = options.roles ?? false;
  return withWorkspace(call, { write: false, imported: true, keeps: true }, async (workspace) => {
    const start = performance.now();
    const away = options.away === undefined ? [] : await progressing(call, workspace, (ticket) => workspace.beside.add(ticket, 'collaborate', async (signal, progress) => (await workspace.collaborating()).keysOf(options.away!, signal, progress)));
    const report = shownReport(await operate(call, workspace, 'collaborate', { ...asked, assignment: { ...asked.assignment, away } }), roles);
    if (options.json) await json(out, report, performance.now() - start);
    else await show(out, report, options, performance.now() - start);
    return 0;
  });
};

function askedOf(options: Options): Omit<Methods['collaborate']['params'], 'ticket'> {
  const { matrix = 'interaction', by = 'directories' } = options, top = options.top === undefined ? null : Number(options.top);
  if (top !== null && !(/^\d+$/.test(options.top!) && top >= 1 && top <= COLLABORATION.rows)) {
    throw new AcumenError('usage', `${clean(options.top!)} is not a number of lines.`, `Use --top with a number from 1 to ${COLLABORATION.rows}.`);
  }
  const kind = heatKinds.find((one) => one === matrix || one.toLowerCase() === matrix.toLowerCase().replaceAll('-', ''));
  if (kind === undefined) throw new AcumenError('usage', `There is no matrix called ${clean(matrix)}.`, `There are ${heatKinds.join(', ')}.`);
  if (by !== 'files' && by !== 'directories') throw new AcumenError('usage', `A matrix is not by ${clean(by)}.`, 'Use --by files or --by directories.');
  const days = options.halfLife === undefined ? COLLABORATION.halfLifeDays : Number(options.halfLife);
  if (!(days > 0 && days <= COLLABORATION.longestHalfLife)) throw new AcumenError('usage', `${clean(options.halfLife!)} is not a half-life.`, `Give --half-life a number of days, at most ${COLLABORATION.longestHalfLife}.`);
  return {
    asOf: options.asOf === undefined ? null : dateOf(options.asOf), halfLifeDays: days, by, most: top ?? LIST, rows: top ?? MATRIX,
    matrices: options.json || options.matrix !== undefined ? [kind] : [], assignment: { away: [], limits: [], most: COLLABORATION.items, pinned: [] },
  };
}

/** Seconds since the epoch: the end of a day, or a moment of it. A day without a zone is of UTC, so that the same line means the same everywhere. */
function dateOf(given: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(given), ms = day || /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})?$/.test(given) ? Date.parse(given) : NaN;
  // a month has no thirty-first day because somebody asks for it
  if (!Number.isFinite(ms) || ms < 0 || (day && new Date(ms).toISOString().slice(0, 10) !== given)) {
    throw new AcumenError('usage', `${clean(given)} is not a date.`, 'Give --as-of a day such as 2024-05-31, or a moment such as 2024-05-31T12:00:00Z.');
  }
  return ms / 1000 + (day ? DAY - 1 : 0);
}

async function json(out: Output, { matrix, ...rest }: ShownReport, ms: number): Promise<void> {
  const stream = new JsonStream(out);
  await stream.open();
  for (const [key, value] of Object.entries(rest)) {
    if (Array.isArray(value)) await stream.list(key, value); else await stream.value(key, value);
  }
  if (matrix !== null) {
    const { values, ...head } = matrix;
    await stream.nested('matrix', head, 'values', values);
  }
  await stream.value('ms', ms);
  await stream.close();
}

// ---- for a person

const percent = (share: number): string => (share > 0 && share < 0.0005 ? '<0.1 %' : `${(100 * share).toFixed(share >= 0.0995 || share === 0 ? 0 : 1)} %`);
const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
const plural = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
const place = (path: string): string => (path === '' ? 'the top level' : clean(path));
const listed = (all: readonly string[], most = 3): string => `${all.slice(0, most).join(', ')}${all.length > most ? ` and ${all.length - most} more` : ''}`;

/** Names of people and changes as this report may show them. */
class Words {
  readonly #report: ShownReport;
  readonly #acus: ReadonlyMap<string, string>;
  constructor(report: ShownReport) {
    this.#report = report;
    this.#acus = new Map(report.acus.map(({ id, name }) => [id, name === undefined ? shortId(id) : clean(name)]));
  }

  person(developer: number): string { return this.#personIn(this.#report.developers[developer]!); }
  #personIn({ name, role, kind }: ShownReport['developers'][number]): string { return `${clean(name ?? role)}${kind === 'person' ? '' : ` (${kind})`}`; }
  acu(id: string | null): string { return id === 'base' ? 'the base' : id === null ? '' : this.#acus.get(id) ?? shortId(id); }
  sides(a: string, b: string | null): string { return b === null ? this.acu(a) : `${this.acu(a)} × ${this.acu(b)}`; }

  /** `of`: who it is said of, where that is plain. */
  evidence(one: ShownEvidence, of: number | null = null): string {
    const text = (key: string): string => clean(String(one[key])), path = (key: string): string => place(String(one[key])), number = (key: string): number => Number(one[key]);
    const subject = (): string => (number('developer') === of ? '' : `${this.person(number('developer'))} `);
    switch (one.kind) {
      case 'conflict': return `${this.sides(text('a'), text('b'))} conflict in ${path('path')}`;
      case 'predicted': return `${this.sides(text('a'), text('b'))} will conflict with a probability of ${percent(number('probability'))}`;
      case 'same file': return `both change ${path('path')} (${this.sides(text('a'), text('b'))}${one['lines'] === null ? '' : `, ${plural(number('lines'), 'line')} apart`})`;
      case 'knows': return `${subject()}has ${percent(number('share'))} of what is known of ${path('path')}, last on ${day(number('last'))}`;
      case 'wrote': return `${subject()}wrote ${plural(number('lines'), 'line')} of ${path('path')} that stand`;
      case 'changes together': return `${path('path')} changes with ${path('with')} (${plural(number('commits'), 'commit')})`;
      case 'seen': return `worked together ${plural(number('times'), 'time')}, last on ${day(number('last'))}`;
    }
  }
}

async function show(out: Output, report: ShownReport, options: Options, ms: number): Promise<void> {
  const words = new Words(report), { counts, talk, predictions, conflicts, conflictCount, assignment, busFactor, matrix } = report;
  const title = (text: string, note = ''): Promise<void> => out.line(`\n${out.style('strong', text)}${note === '' ? '' : ` ${out.style('dim', note)}`}`);
  const why = async (list: readonly ShownEvidence[], most = 3): Promise<void> => {
    // several pairs of changes may give one reason
    const said = [...new Set(list.map((one) => words.evidence(one)))];
    for (const one of said.slice(0, most)) await out.line(`      ${out.style('dim', one)}`);
    if (said.length > most) await out.line(`      ${out.style('dim', `and ${plural(said.length - most, 'reason')} more`)}`);
  };
  await out.line(`${plural(counts.people, 'person', 'people')}, ${plural(counts.commits, 'commit')} and ${plural(counts.files, 'file')} until ${day(report.asOf)} ${out.style('dim', `(knowledge halves in ${report.halfLifeDays} days)`)}; ${plural(counts.flying, 'change')} in flight`);

  await title('Who should talk');
  if (talk.length === 0) await out.line('  Nobody has to: no two people\'s work in flight meets.');
  for (const { a, b, need, evidence } of talk) {
    await out.line(`  ${bar(need)} ${out.style('strong', words.person(a))} ${out.style('dim', 'and')} ${out.style('strong', words.person(b))}`);
    await why(evidence);
  }

  await title('Conflicts to come', 'pairs that do not conflict yet');
  if (predictions.length === 0) await out.line('  None is to be expected.');
  for (const { a, b, probability, reasons } of predictions) {
    await out.line(`  ${percent(probability).padStart(5)} ${words.sides(a, b)}`);
    for (const { text, weight, path } of reasons.slice(0, 3)) await out.line(`      ${out.style('dim', `${weight >= 0 ? '+' : '−'} ${clean(text)}${path === null ? '' : ` (${place(path)})`}`)}`);
  }

  await title('Open conflicts, and who knows their code', conflictCount > conflicts.length ? `${conflicts.length} of ${conflictCount}` : '');
  if (conflicts.length === 0) await out.line('  None is open.');
  for (const { a, b, paths, experts } of conflicts) {
    await out.line(`  ${out.style('bad', '✕')} ${words.sides(a, b)}${paths.length === 0 ? '' : `: ${listed(paths.map(clean))}`}`);
    if (experts.length === 0) await out.line(`      ${out.style('dim', 'nobody who is known has worked there')}`);
    for (const { developer, score, evidence } of experts.slice(0, 3)) {
      await out.line(`      ${out.style('strong', words.person(developer))} ${out.style('dim', [percent(score), ...evidence.slice(0, 1).map((one) => words.evidence(one, developer))].join(': '))}`);
    }
  }

  const { items, second, cost, bound, people } = assignment;
  const taken = items.filter(({ developer }) => developer !== null).length;
  await title('Who could take what', items.length === 0 ? '' : `${taken} of ${plural(items.length, 'item')} given; ${bound === cost ? 'no other way is better (proved)' : `another way is at most ${percent(1 - bound / cost)} better`}`);
  if (items.length === 0) await out.line('  Nothing waits for anybody.');
  const most = Number(options.top ?? LIST);
  for (const { kind, a, b, developer } of items.slice(0, most)) {
    await out.line(`  ${developer === null ? out.style('bad', 'nobody') : out.style('strong', words.person(developer))} ${out.style('dim', kind === 'conflict' ? 'answers the conflict' : 'reviews')} ${words.sides(a, b)}`);
  }
  if (items.length > most) await out.line(`  ${out.style('dim', `and ${plural(items.length - most, 'item')} more: --top shows more, --json all`)}`);
  const away = people.filter((one) => one.away);
  if (away.length > 0) await out.line(`  ${out.style('dim', `away: ${listed(away.map(({ developer }) => words.person(developer)), 8)}`)}`);
  if (second !== null) await out.line(`  ${out.style('dim', `the next best differs in ${plural(second.changes.length, 'item')}${second.cost > cost ? '' : ' and is as good'}`)}`);

  await title('Known by few', 'the fewest people with whom more than half of what is known of a place would go');
  if (busFactor.length === 0) await out.line('  No place is.');
  await table(out, busFactor.length === 0 ? [] : [{ title: '  PEOPLE', right: true }, { title: 'PLACE', gives: true, style: 'strong' }, { title: 'FILES', right: true }, { title: 'WHO', gives: true }],
    busFactor.map(({ factor, path, files, holders }) => [String(factor), place(path), String(files), listed(holders.map(({ developer, share }) => `${words.person(developer)} ${percent(share)}`))]));

  if (matrix !== null) await drawn(out, matrix, words);
  const notes = [...report.shallow ? ['The beginning of this history is not here (a shallow clone): what came before is not counted.'] : [], ...report.notes];
  if (notes.length > 0) await out.line();
  for (const note of notes) await out.line(`${out.style('warning', 'note:')} ${clean(note)}`);
  await out.line(`\n${out.style('dim', `Computed on this machine from the repository's history in ${duration(ms)}; nothing was sent anywhere.`)}`);
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const SHADES = ['·', '░', '▒', '▓', '█'];

/** `share`: 0 to 1 */
function bar(share: number): string { return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))]!; }

/** The matrix in shades: what is alike stands together; a legend says which column is which. */
async function drawn(out: Output, { kind, rows, cols, order, values, of, unit, computed, total }: ShownMatrix, words: Words): Promise<void> {
  const label = (side: ShownMatrix['of'][number], at: number | string): string => (side === 'person' ? words.person(at as number) : side === 'acu' ? words.acu(at as string) : place(at as string));
  const [down, across] = [order[0].slice(0, SHOWN), order[1].slice(0, SHOWN)], all = [...values];
  const max = all.reduce((most, row) => Math.max(most, ...row), 0);
  await out.line(`\n${out.style('strong', kind)} ${out.style('dim', `(${unit}; ${down.length} of ${total[0]} rows, ${across.length} of ${total[1]} columns, by ${computed.by}: ${clean(computed.why)})`)}`);
  if (max === 0) { await out.line('  There is nothing in it.'); return; }
  // a square root, as heat maps have it: few values are large
  const shade = (value: number): string => SHADES[value === 0 ? 0 : 1 + Math.min(SHADES.length - 2, Math.floor(Math.sqrt(value / max) * (SHADES.length - 1)))]!;
  const letter = (i: number): string => String.fromCharCode(65 + i), same = of[0] === of[1];
  await table(out, [{ title: '' }, { title: '', gives: true }, { title: across.map((_, i) => letter(i)).join(' ') }],
    down.map((r, i) => [same ? letter(i) : '', label(of[0], rows[r]!), across.map((c) => shade(all[r]![c]!)).join(' ')]));
  if (!same) for (const [i, c] of across.entries()) await out.line(`  ${letter(i)} ${label(of[1], cols[c]!)}`);
}
