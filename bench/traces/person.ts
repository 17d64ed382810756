// Somebody who uses Acumen, as a seed: goes through changes and their files, drags some into the composition, looks at what it becomes, reads
// conflicts, takes changes out and undoes, fetches new commits, and comes back the next day. What they do is chosen by chance; what it
// asks of the service is what the window asks for it, and nothing that the window holds already (renderer/app/composed.ts); the service, the store
// and the repository are real. Not asked: what the window's replica answers, and what few do (searching, suggesting, deciding, recipes, the past).
import { Workspace } from '../../app/main/service/workspace.ts';
import type { AcuId, PathBytes } from '../../app/core/bytes.ts';
import { importedFrom } from '../../app/main/service/cache/imports.ts';
import type { Recorder } from '../../app/main/service/cache/trace.ts';
import type { Method, Methods } from '../../app/contract/methods.ts';
import { Random } from '../../testkit/random.ts';

/** What the window asks by itself as soon as it has drawn the last answer: milliseconds. */
const AT_ONCE = 16;
/** Composed files that a window remembers, as renderer/app/composed.ts. */
const FILES = 40;

/** What is not asked twice. */
const CHANGES: ReadonlySet<Method> = new Set<Method>(['import', 'compose', 'undo', 'redo']);

/** One person at one repository. `fetch` brings the next commits, as many times as there are sessions. */
export class Person {
  readonly #random: Random;
  readonly #recorder: Recorder;
  readonly #file: string;
  readonly #repository: string;
  #workspace: Workspace | null = null;
  /** milliseconds on the person's clock */
  #at = 0;
  #set: AcuId[] = [];
  #cursor = 0;
  #recent: AcuId[] = [];
  #files: readonly PathBytes[] = [];
  #shown: PathBytes | null = null;
  #tickets = 0;
  readonly #ready = new Map<string, number>();
  /** what the window holds: the ACU that is open, the files of the set that it asked about last, and composed files */
  #opened: AcuId | null = null;
  #previewed: { readonly key: string; readonly files: readonly PathBytes[] | null } | null = null;
  readonly #held = new Set<string>();

  constructor(seed: number, recorder: Recorder, file: string, repository: string) {
    this.#random = new Random(seed);
    this.#recorder = recorder;
    this.#file = file;
    this.#repository = repository;
  }

  async #open(): Promise<void> {
    this.#workspace = await Workspace.open(this.#file);
    this.#workspace.reading.cache.recorder = this.#recorder;
  }

  async #import(refs: readonly string[], base: string): Promise<void> {
    await this.#ask('import', { path: this.#repository, base, refs: [...refs], grain: 'branch', ticket: `i${this.#tickets++}` }, 2000);
    this.#forget();
    await this.#follow();
  }

  /** The graph is another one: the window has let go of what it held, and shows the set and the open ACU of what is now. */
  async #follow(): Promise<void> {
    const known = new Set(this.#engine.acus.map(({ id }) => id));
    this.#set = this.#workspace!.view.state.composition.acus.filter((id) => known.has(id));
    if (this.#set.length > 0) await this.#look(this.#set);
    if (this.#opened !== null && known.has(this.#opened)) await this.#ask('acuFiles', { acu: this.#opened }, AT_ONCE);
  }

  #forget(): void {
    this.#previewed = null;
    this.#held.clear();
  }

  #roll(): number { return this.#random.below(1 << 20) / (1 << 20); }

  get #engine() { return this.#workspace!.engine; }

  /** One request, `pause` milliseconds after the last on the person's clock; everything is computed, since nothing is kept from before. */
  async #ask<M extends Method>(method: M, params: Methods[M]['params'], pause: number): Promise<Methods[M]['result'] | null> {
    this.#at += Math.round(pause * (0.5 + this.#roll()));
    this.#workspace!.reading.cache.clear();
    this.#recorder.request(this.#at, method, JSON.stringify([method, params]));
    try {
      const answer = await this.#workspace!.call(method, params);
      if (!CHANGES.has(method)) await this.#again(() => this.#workspace!.call(method, params));
      await this.#offered();
      return answer;
    } catch (error) {
      // a set that does not stand is an answer
      if ((error as { code?: string }).code === 'not-composable' || (error as { code?: string }).code === 'nothing-to-undo' || (error as { code?: string }).code === 'cannot-undo') return null;
      throw error;
    }
  }

  /** What a computation costs is told of it alone. */
  #again(run: () => Promise<unknown>): Promise<void> {
    return this.#recorder.again(async (gone) => {
      this.#workspace!.reading.cache.clear(gone);
      await run();
    });
  }

  /** What the service could get ready now is recorded, too: each once for a graph and a set. */
  async #offered(): Promise<void> {
    const { reading } = this.#workspace!, world = `${this.#engine.digest} ${this.#workspace!.view.state.composition.acus.join()}`;
    for (const { step, request, run } of reading.prefetch.taken()) {
      const name = `${world} ${request}`;
      const work = async (): Promise<void> => {
        reading.cache.clear();
        await run().catch(() => undefined);
        await this.#again(() => run().catch(() => undefined));
      };
      this.#ready.set(name, await this.#recorder.offers(step, request, this.#ready.get(name), work));
    }
  }

  /** `steps`: what each session imports; the first is the first import. */
  async live(steps: readonly { readonly refs: readonly string[]; readonly base: string; readonly before: () => void }[], acts: number): Promise<void> {
    for (const { refs, base, before } of steps) {
      before();
      await this.#open();
      this.#recorder.restarted(this.#at += 60_000);
      this.#forget();
      this.#opened = null;
      if (this.#workspace!.view.state.published !== null && this.#set.length > 0) await this.#look(this.#set);
      await this.#import(refs, base);
      for (let n = 0; n < acts; n++) await this.#act();
      await this.#workspace!.close();
      this.#workspace = null;
    }
  }

  async #act(): Promise<void> {
    const p = this.#roll();
    if (p < 0.5) await this.#browse();
    else if (p < 0.72) await this.#drag();
    else if (p < 0.82) await this.#readConflict();
    else if (p < 0.92) await this.#readComposition();
    else if (p < 0.96 && this.#set.length > 1) await this.#takeOut();
    else await this.#goBack();
  }

  /** Down the list mostly, sometimes back to something seen, sometimes elsewhere; a file or a few of it. */
  async #browse(): Promise<void> {
    const random = this.#random, { acus } = this.#engine, p = this.#roll();
    let acu = acus[this.#cursor % acus.length]!.id;
    if (p < 0.25 && this.#recent.length > 0) acu = random.pick(this.#recent);
    else if (p < 0.4) this.#cursor = random.below(acus.length);
    else this.#cursor++;
    if (!acus.some(({ id }) => id === acu)) acu = acus[0]!.id;
    if (p >= 0.25) acu = acus[this.#cursor % acus.length]!.id;
    this.#recent = [acu, ...this.#recent.filter((id) => id !== acu)].slice(0, 12);
    this.#opened = acu;
    const listed = await this.#ask('acuFiles', { acu }, 1500), paths = listed?.files.map(({ path }) => path) ?? [];
    // beside it the window tells why an ACU is not in the composition
    if (this.#set.length > 0 && !this.#set.includes(acu)) await this.#ask('whyNot', { acus: [acu], within: [...this.#set], weight: 'unit' }, AT_ONCE);
    let at = 0;
    for (let n = 0; n < Math.min(paths.length, 8); n++) {
      const shown = await this.#ask('acuFile', { acu, path: paths[at]! }, n === 0 ? AT_ONCE : 2500);
      if (!random.chance(0.55)) break;
      const imported = importedFrom(shown?.after?.text ?? '', paths[at]!, paths);
      if (imported.length > 0 && random.chance(0.2)) at = paths.indexOf(imported[0]!);
      else if (random.chance(0.15)) at = random.below(paths.length);
      else at = (at + 1) % paths.length;
    }
  }

  /** The window asks for what a set would be while it is carried, and for the file that is open; once it is composed, also who brought its lines. */
  async #look(set: readonly AcuId[], isCarried = false): Promise<void> {
    const key = [...set].sort().join();
    if (this.#previewed?.key !== key) {
      const seen = await this.#ask('preview', { acus: [...set] }, isCarried ? 400 : AT_ONCE);
      this.#previewed = { key, files: seen?.tree == null ? null : seen.files.map(({ path }) => path) };
    }
    const { files } = this.#previewed;
    if (files === null || files.length === 0) return;
    const shown = this.#shown !== null && files.includes(this.#shown) ? this.#shown : files[0]!;
    if (isCarried) { await this.#composed(set, shown, AT_ONCE); return; }
    this.#files = files;
    await this.#show(set, shown, AT_ONCE);
  }

  async #show(set: readonly AcuId[], path: PathBytes, pause: number): Promise<void> {
    this.#shown = path;
    await this.#composed(set, path, pause);
    await this.#ask('provenance', { acus: [...set], path }, AT_ONCE);
  }

  /** Asked where the window does not hold it. */
  async #composed(set: readonly AcuId[], path: PathBytes, pause: number): Promise<void> {
    const key = `${[...set].sort().join()} ${path}`;
    if (this.#held.has(key)) { this.#at += pause; return; }
    if (this.#held.size >= FILES) this.#held.delete(this.#held.values().next().value!);
    this.#held.add(key);
    await this.#ask('composedFile', { acus: [...set], path }, pause);
  }

  async #drag(): Promise<void> {
    const random = this.#random, { acus } = this.#engine;
    const id = random.chance(0.5) && this.#recent.length > 0 ? this.#recent[0]! : random.pick(acus).id;
    if (!acus.some((acu) => acu.id === id) || this.#set.includes(id)) return;
    const verdict = this.#engine.verdict(this.#set, [id]);
    if (verdict.kind !== 'fits' && verdict.kind !== 'needs') return;
    const next = [...new Set([...this.#set, id, ...verdict.kind === 'needs' ? verdict.missing : []])];
    await this.#look(next, true);
    if (!random.chance(0.75)) return;
    const done = await this.#ask('compose', { acus: next, ticket: `c${this.#tickets++}` }, 600);
    if (done === null) return;
    this.#set = next;
    await this.#look(next);
  }

  async #readComposition(): Promise<void> {
    if (this.#set.length === 0 || this.#files.length === 0) return;
    const random = this.#random;
    let at = Math.max(0, this.#files.indexOf(this.#shown ?? this.#files[0]!));
    for (let n = 0; n < 6; n++) {
      at = random.chance(0.8) ? (at + 1) % this.#files.length : random.below(this.#files.length);
      await this.#show(this.#set, this.#files[at]!, 2000);
      if (!random.chance(0.6)) break;
    }
  }

  async #readConflict(): Promise<void> {
    const random = this.#random, all = [...this.#engine.conflicts()].filter((c) => !c.inherited).slice(0, 400);
    if (all.length === 0) return;
    // what concerns the change just looked at, else any
    const near = all.filter((c) => this.#recent.slice(0, 3).some((id) => id === c.a || id === c.b));
    const from = near.length > 0 && random.chance(0.6) ? near : all;
    for (let n = 0; n < 3; n++) {
      const c = random.pick(from);
      await this.#ask('conflictFile', { a: c.a, b: c.b, path: c.path }, 2500);
      if (!random.chance(0.6)) break;
    }
  }

  async #takeOut(): Promise<void> {
    const out = this.#random.pick(this.#set), next = this.#set.filter((id) => id !== out);
    if (!this.#engine.check(next).ok) return;
    if (await this.#ask('compose', { acus: next, ticket: `c${this.#tickets++}` }, 800) === null) return;
    this.#set = next;
    await this.#look(next);
  }

  async #goBack(): Promise<void> {
    const before = this.#engine;
    await this.#ask('undo', { ticket: `u${this.#tickets++}` }, 1000);
    // that was the first import
    if (this.#engine.acus.length === 0) await this.#ask('redo', { ticket: `r${this.#tickets++}` }, 1000);
    if (this.#engine !== before) this.#forget();
    await this.#follow();
  }
}
