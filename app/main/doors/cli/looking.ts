// `acumen list`, `conflicts` and `check`: what there is and what stands against what. They change nothing.
import { AcumenError } from '../../../contract/frames.ts';
import { ConflictReport, GraphReport, checkReport, importWarnings, listed, namedIds } from '../../service/reports.ts';
import type { ConflictRow } from '../../service/reports.ts';
import { countedAcus } from '../../service/said.ts';
import type { Workspace } from '../../service/workspace.ts';
import { JsonStream, ago, clean, duration, shortId, table } from './output.ts';
import type { Output } from './output.ts';
import { withEngine } from './opening.ts';
import type { Call, Verb } from './program.ts';

export const list: Verb = (call) => withEngine(call, async (at) => {
  const { out, options } = call, { engine } = at, text = options.search?.trim() ?? '';
  const { acus, reasons } = text === '' ? { acus: engine.acus, reasons: null } : await (await import('../../service/searching.ts')).searched(at, text, { now: Math.floor(Date.now() / 1000), offset: -new Date().getTimezoneOffset() });
  if (options.json) {
    const json = new JsonStream(out);
    await json.open();
    if (reasons !== null) await json.value('search', text);
    await json.list('acus', map(acus, (acu) => { const why = reasons?.get(acu.id); return why === undefined ? listed(acu) : { ...listed(acu), why: { by: why.by, text: why.text } }; }));
    await json.close();
    return 0;
  }
  if (acus.length === 0 && reasons !== null) await out.line(`Nothing matches ${clean(text)}.`);
  else if (engine.acus.length === 0) await out.line(`No change is in flight: every source is contained in ${clean(engine.tables.baseName)}.`);
  else {
    const now = Date.now() / 1000;
    const names = new Map(engine.acus.map((a) => [a.id, listed(a).name]));
    await table(out, [
      { title: 'ID', style: 'id' }, { title: 'NAME', gives: true, style: 'strong' }, { title: '', style: 'warning' }, { title: 'FILES', right: true }, { title: '+', right: true, style: 'good' },
      { title: '−', right: true, style: 'bad' }, { title: 'AUTHOR', gives: true }, { title: 'AGE', right: true, style: 'dim' }, { title: 'NEEDS', gives: true }, ...reasons !== null && reasons.size > 0 ? [{ title: 'FOUND BY', gives: true }] : [],
    ], acus.map((acu) => {
      const l = listed(acu);
      return [
        shortId(l.id), l.name, l.stale ? 'stale' : l.inexact ? 'not yet exact' : '', String(l.paths.length), String(acu.added), String(acu.deleted),
        l.author.replace(/ <.*/, ''), ago(l.time, now), l.requires.map((id) => names.get(id) ?? shortId(id)).join(', '), ...reasons !== null && reasons.size > 0 ? [found(reasons.get(acu.id))] : [],
      ];
    }));
  }
  if (reasons === null) for (const warning of importWarnings(engine)) await out.line(`${out.style('warning', 'note:')} ${clean(warning)}`);
  return 0;
}, call.options.search !== undefined);

const found = (why: { readonly by: string; readonly text: string; readonly more: number } | undefined): string => (why === undefined ? '' : `${why.by} ${why.text}${why.more === 0 ? '' : ` +${why.more}`}`);

export const conflicts: Verb = (call) => withEngine(call, async ({ engine }) => {
  const { out, options } = call;
  if (options.graph) return graph(call, engine);
  const start = performance.now();
  const { kind } = options;
  if (kind !== undefined && kind !== 'textual' && kind !== 'semantic') {
    throw new AcumenError('usage', `There is no kind of conflict called ${kind}.`, 'Use --kind textual or --kind semantic.', { kind });
  }
  const report = new ConflictReport(engine, { kind: kind ?? null, acus: options.acu === undefined ? null : namedIds(engine, [options.acu]) });
  if (options.json) {
    const json = new JsonStream(out);
    await json.open();
    await json.list('acus', report.acus());
    await json.list('conflicts', report.conflicts());
    await json.list('sourceConflicts', report.sourceConflicts());
    await json.value('pairs', report.pairs);
    await json.value('ms', performance.now() - start);
    await json.close();
    return report.pairs.blocking > 0 ? 1 : 0;
  }
  const names = new Map([...report.acus()].map((a) => [a.id as string, a.name]));
  const name = (id: string): string => clean(names.get(id) ?? id);
  const against = new Map<string, ConflictRow[]>(), alone: ConflictRow[] = [];
  let last = '';
  for (const row of report.conflicts()) {
    if (row.b === 'base' && row.verdict === 'risk') { alone.push(row); continue; }
    if (row.b === 'base') { against.set(row.a, [...against.get(row.a) ?? [], row]); continue; }
    const pair = `${name(row.a)} ${out.style('dim', '×')} ${name(row.b)}`;
    if (pair !== last) await out.line(`${mark(out, row.verdict)} ${out.style('strong', pair)}`);
    last = pair;
    await out.line(`    ${out.style('dim', row.kind.padEnd(14))} ${clean(row.detail)}`);
  }
  if (against.size > 0) await out.line(`${last === '' ? '' : '\n'}Without a verdict, until they carry onto ${clean(engine.tables.baseName)}:`);
  for (const [id, rows] of against) {
    await out.line(`${mark(out, 'partial')} ${out.style('strong', name(id))}`);
    for (const row of rows) await out.line(`    ${out.style('dim', row.kind.padEnd(14))} ${clean(row.detail)}`);
  }
  if (alone.length > 0) await out.line(`${last === '' && against.size === 0 ? '' : '\n'}At risk by themselves or with ${clean(engine.tables.baseName)}:`);
  for (const row of alone) await out.line(`${mark(out, 'risk')} ${out.style('strong', name(row.a))}\n    ${out.style('dim', row.kind.padEnd(14))} ${clean(row.detail)}`);
  const { pairs, partial, inherited } = report;
  await out.line([
    `${last === '' && against.size === 0 && alone.length === 0 ? '' : '\n'}${pairs.blocking === 0 ? out.style('good', 'Nothing blocks') : out.style('bad', `${pairs.blocking} blocking`)}, ${pairs.resolvable} resolvable, ${pairs.risk} at risk among ${countedAcus(engine.tables, engine.acus.map(({ id }) => id))}`,
    ...alone.length > 0 ? [`${report.against} at risk by themselves or with the base`] : [],
    ...report.isCut ? ['names collide in more places than are listed'] : [],
    ...partial > 0 ? [`${partial} without a verdict`] : [],
    ...inherited > 0 ? [`${inherited} not listed, because they repeat what stands further down a stack`] : [],
  ].join('; ') + ` (${duration(performance.now() - start)})`);
  return pairs.blocking > 0 ? 1 : 0;
});

/** Which sources conflict with which, and nothing else: of thousands of branches no list of conflicts is read by anybody. */
async function graph({ out, options }: Call, engine: Workspace['engine']): Promise<number> {
  if (options.kind !== undefined || options.acu !== undefined) throw new AcumenError('usage', '--graph is of all sources and kinds.', 'Leave --kind and --acu out.');
  const start = performance.now();
  const report = new GraphReport(engine);
  const { sources, stale, counts } = report;
  if (options.json) {
    const json = new JsonStream(out);
    await json.open();
    await json.value('sources', sources);
    await json.list('blocking', report.later('blocking'));
    await json.list('partial', report.later('partial'));
    await json.value('stale', stale);
    await json.value('pairs', counts);
    await json.value('ms', performance.now() - start);
    await json.close();
    return counts.blocking > 0 ? 1 : 0;
  }
  for (const [i, found] of [...report.all()].entries()) {
    if (found.length > 0) await out.line(`${mark(out, 'blocking')} ${out.style('strong', clean(sources[i]!))} ${out.style('dim', '×')} ${found.map((j) => clean(sources[j]!)).join(', ')}`);
  }
  for (const i of stale) await out.line(`${mark(out, 'partial')} ${out.style('strong', clean(sources[i]!))} ${out.style('dim', '×')} ${clean(engine.tables.baseName)}`);
  await out.line([
    counts.blocking === 0 ? out.style('good', 'No two sources conflict') : `${out.style('bad', `${counts.blocking} of ${sources.length * (sources.length - 1) / 2} pairs of sources`)} conflict`,
    ...counts.partial > 0 ? [`${counts.partial} without a verdict`] : [], ...stale.length > 0 ? [`${stale.length} do not carry onto ${clean(engine.tables.baseName)}`] : [],
  ].join('; ') + ` (${duration(performance.now() - start)})`);
  return counts.blocking > 0 ? 1 : 0;
}

function mark(out: Output, verdict: ConflictRow['verdict']): string {
  return verdict === 'blocking' ? out.style('bad', '✕') : verdict === 'risk' ? out.style('warning', '!') : verdict === 'resolvable' ? out.style('warning', '~') : out.style('dim', '?');
}

export const check: Verb = (call) => withEngine(call, async (workspace) => {
  const { out, options, args } = call;
  const ids = namedIds(workspace.engine, args);
  const report = await checkReport(workspace, ids);
  if (options.json) await out.line(JSON.stringify(report));
  else if (report.ok) await out.line(`${out.style('good', '✓')} ${ids.length === 1 ? 'This ACU stands alone.' : `These ${countedAcus(workspace.engine.tables, ids)} can be composed.`}`);
  if (!options.json && report.ok) await risks(out, workspace, report.conflicts);
  else if (!options.json) await against(out, workspace, report.missing, report.conflicts);
  return report.ok ? 0 : 1;
}, true);

/** What stands, and may not on every file system. */
export async function risks(out: Output, { engine }: Pick<Workspace, 'engine'>, rows: readonly ConflictRow[]): Promise<void> {
  const names = new Map([...rows.length > 0 ? engine.acus : []].map((acu) => [acu.id as string, clean(listed(acu).name)]));
  for (const row of rows) await out.line(`${mark(out, 'risk')} ${names.get(row.a)}${row.b === 'base' ? '' : ` ${out.style('dim', '×')} ${names.get(row.b)}`}: ${clean(row.detail)}`);
}

/** What stands against a set, for a person. */
export async function against(out: Output, { engine }: Pick<Workspace, 'engine'>, missing: readonly string[], rows: readonly ConflictRow[]): Promise<void> {
  const name = (id: string): string => {
    const acu = engine.acus.find((a) => a.id === id);
    return acu === undefined ? id : `${clean(listed(acu).name)} ${out.style('id', shortId(id))}`;
  };
  if (missing.length > 0) await out.line(`${out.style('warning', '+')} It needs:`);
  for (const id of missing) await out.line(`    ${name(id)}`);
  const sides = (row: ConflictRow): string => (row.sides ?? [row.a, row.b]).map((id) => (id === 'base' ? 'the base' : name(id))).join(` ${out.style('dim', '×')} `);
  const [ordered, plain] = [rows.filter((row) => row.verdict === 'order-sensitive'), rows.filter((row) => row.verdict !== 'order-sensitive' && row.verdict !== 'risk')];
  if (plain.length > 0) await out.line(`${out.style('bad', '✕')} It conflicts:`);
  for (const row of plain) await out.line(`    ${sides(row)}: ${clean(row.detail)}`);
  await risks(out, { engine }, rows.filter((row) => row.verdict === 'risk'));
  if (ordered.length === 0) return;
  await out.line(`${out.style('bad', '⇄')} What it becomes depends on the order in which these are merged:`);
  for (const row of ordered) await out.line(`    ${sides(row)}: ${clean(row.detail)}`);
  // what answers this has composed, and loaded it
  const { ORDER_HINT } = await import('../../service/reading.ts');
  await out.line(`  ${out.style('dim', 'hint:')} ${ORDER_HINT}`);
}

function* map<A, B>(items: Iterable<A>, f: (item: A) => B): Iterable<B> { for (const item of items) yield f(item); }
