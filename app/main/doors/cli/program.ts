// The verbs of design.md §6, their options, and how errors leave: one sentence, a code and a hint on stderr; exit status 0 done,
// 1 conflicts found, 2 bad input or usage, 3 environment. A verb's own code is loaded only when it runs.
import { Command, CommanderError } from 'commander';
import { AcumenError, toAcumenError } from '../../../contract/frames.ts';
import type { Methods } from '../../../contract/methods.ts';
import { Output, ReaderGone, clean } from './output.ts';
import type { Io } from './output.ts';

export interface Options {
  readonly repo?: string; readonly store?: string; readonly git?: string; readonly json?: boolean;
  readonly base?: string; readonly refs?: readonly string[]; readonly grain?: string;
  readonly patch?: readonly string[]; readonly patches?: boolean;
  readonly search?: string; readonly kind?: string; readonly acu?: string; readonly branch?: string; readonly message?: string; readonly resolve?: string;
  /** `--no-store` */
  readonly worktrees?: boolean;
  readonly unstored?: boolean;
  readonly graph?: boolean; readonly limit?: string; readonly port?: string; readonly open?: boolean; readonly force?: boolean;
  readonly asOf?: string; readonly halfLife?: string; readonly top?: string; readonly roles?: boolean; readonly away?: readonly string[]; readonly matrix?: string; readonly by?: string;
  readonly weight?: string; readonly budget?: string;
  readonly path?: readonly string[]; readonly take?: readonly string[]; readonly list?: boolean;
  readonly prometheus?: boolean; readonly at?: string; readonly record?: string;
  readonly events?: boolean; readonly about?: string; readonly from?: string; readonly to?: string; readonly follow?: boolean; readonly reader?: string;
}
export interface Call { readonly io: Io; readonly out: Output; readonly err: Output; readonly options: Options; readonly args: readonly string[] }
/** Answers the exit status. */
export type Verb = (call: Call) => Promise<number>;

/** Named in design.md for later versions; each is refused in plain words. */
const later = ['plan', 'run-plan', 'merge-file', 'bench'];

export async function run(argv: readonly string[], io: Io): Promise<number> {
  const out = new Output(io.out, io.env), err = new Output(io.err, io.env);
  let status = 0;
  const program = build(out, async (load, options, args) => {
    const verb = await load();
    readerChoice(options);
    status = await verb({ io, out, err, options, args });
  });
  try {
    if (argv.length === 0) throw new AcumenError('usage', 'No verb was given.', 'Run `acumen --help` for what there is.');
    if (argv[0] === '--version') {
      const { version } = await import('../../service/place.ts');
      await out.line(version());
    } else await program.parseAsync([...argv], { from: 'user' });
    await out.flush();
    await err.flush();
    return status;
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    if (error instanceof CommanderError && error.exitCode === 0) {
      await out.flush().catch(() => undefined);
      return 0;
    }
    const known = error instanceof CommanderError ? usage(error, argv) : toAcumenError(error);
    await out.flush().catch(() => undefined);
    await err.line(`${err.style('bad', 'error:')} ${clean(known.message)} ${err.style('dim', `(${known.code})`)}`);
    if (known.hint !== '') await err.line(`${err.style('dim', 'hint:')} ${clean(known.hint)}`);
    if (known.code === 'bug' && typeof known.data['stack'] === 'string') for (const line of known.data['stack'].split('\n')) await err.line(clean(line));
    await err.flush().catch(() => undefined);
    return known.exitCode;
  }
}

type Run = (load: () => Promise<Verb>, options: Options, args: readonly string[]) => Promise<void>;

const AT = 'as this operation of `acumen log` left everything';
const MESSAGE = 'with --branch: the message of the commit (default: what is composed); who made the changes is added';
const WITH_WORKTREES = 'with what is edited in working trees and not committed, and with branches, as they are at this moment';

function build(out: Output, start: Run): Command {
  const program = new Command('acumen');
  program
    .description('Compositional version control: see how every change in flight conflicts, compose the ones that go together, write the result as a branch.')
    .helpCommand(false)
    .configureOutput({ writeOut: (text) => { void out.write(text); }, writeErr: () => undefined, getOutHelpWidth: () => Math.min(out.width, 120) })
    .exitOverride()
    .option('--version', 'print the version');

  const verb = (usageLine: string, description: string, load: () => Promise<Verb>): Command => {
    const command = program.command(usageLine).description(description);
    command
      .option('--repo <path>', 'the repository (default: that of --store, else the current directory)')
      .option('--store <file>', 'the workspace file (default: in your data folder, one per repository)')
      .option('--git <reader>', 'how the repository is read: embedded, or native by git (default: native where git is found)')
      .option('--json', 'print exactly one JSON document')
      .exitOverride()
      .action((...given: unknown[]) => start(load, optionsOf(command), (given.slice(0, -2) as (string | string[] | undefined)[]).flat().filter((a) => a !== undefined)));
    return command;
  };
  const collect = (value: string, all: readonly string[] | undefined): string[] => [...all ?? [], value];
  const looking = (command: Command): Command => command
    .option('--no-store', 'read the repository itself: no import before, nothing kept')
    .option('--base <rev>', 'with --no-store: what everything is composed onto')
    .option('--refs <glob>', 'with --no-store: refs to take as sources, by full name; may be repeated', collect)
    .option('--grain <grain>', 'with --no-store: how finely sources are cut: branch (default), commit or atom')
    .option('--worktrees', WITH_WORKTREES)
    .option('--at <operation>', AT);

  verb('import [repo]', 'read the changes in flight of a repository, or read them again', async () => (await import('./importing.ts')).importing)
    .option('--base <rev>', 'what everything is composed onto (default: origin/HEAD, main, master, HEAD)')
    .option('--refs <glob>', 'refs to take as sources, by full name; may be repeated', collect)
    .option('--patch <file>', 'a patch file, a folder of them, or - for standard input; remembered, may be repeated', collect)
    .option('--no-patches', 'forget the patch files remembered')
    .option('--grain <grain>', 'how finely sources are cut: branch, commit or atom (default: as before, at first branch)');
  looking(verb('list', 'the changes', async () => (await import('./looking.ts')).list))
    .option('--search <text>', 'those that match: words, author: path: symbol: source: is: after: before: (is:fits, after:7d, -path:docs/; as in the window)');
  looking(verb('conflicts', 'the conflict graph; exit status 1 if anything blocks', async () => (await import('./looking.ts')).conflicts))
    .option('--graph', 'only which sources conflict with which')
    .option('--kind <kind>', 'textual or semantic conflicts only')
    .option('--acu <x>', 'conflicts of this source or change only');
  looking(verb('check <x...>', 'may these be composed? exit status 1 if not', async () => (await import('./looking.ts')).check));
  verb('compose [x...]', 'the composed tree, kept as the composition; exit status 1 if there is none', async () => (await import('./composing.ts')).composing)
    .option('--branch <name>', 'write it to the repository as this branch')
    .option('-m, --message <text>', MESSAGE)
    .option('--at <operation>', `${AT}: nothing is kept; without X the composition of then, which --branch writes`)
    .option('--worktrees', `${WITH_WORKTREES}; what is composed of them is kept`)
    .option('--resolve <how>', 'auto: conflicts that were decided before, in the same file, are decided so again; none', 'none');
  verb('resolve [x]', 'decide what conflicts with the composition, and compose it; exit status 1 where places are left', async () => (await import('./resolving.ts')).resolving)
    .option('--path <path>', 'the file that the next --take is about; may be repeated', collect)
    .option('--take <how>', 'ours, theirs, both, or a file with the text of the place; without --path: all others', collect)
    .option('--list', 'list what is to be decided: of X its places, else what is kept open');
  const weighing = (command: Command): Command => command
    .option('--weight <rule>', 'what a change is worth: unit (default), lines, age, or a file with a line "NAME WEIGHT" for each')
    .option('--budget <seconds>', 'how long to search (default: 2)');
  weighing(verb('suggest', 'the largest set of changes that goes together, and how far it is proven to be', async () => (await import('./suggest.ts')).suggest))
    .option('--branch <name>', 'compose it and write it to the repository as this branch')
    .option('-m, --message <text>', MESSAGE);
  weighing(verb('why-not <x...>', 'what keeps changes out of the composition, or of the suggested set, and what a swap costs', async () => (await import('./suggest.ts')).whyNot));
  verb('blame <path> [x...]', 'a file as a set composes it, line by line, each with the change that brought it; without names that of the composition', async () => (await import('./tracing.ts')).blame)
    .option('--at <operation>', AT);
  verb('collaborate', 'who should talk to whom, who knows what, who could take which conflict: from the history, on this machine alone', async () => (await import('./collaborate.ts')).collaborate)
    .option('--as-of <date>', 'only what was known by the end of this day (2024-05-31), or by this moment')
    .option('--half-life <days>', 'in how many days knowledge halves (default: 180)')
    .option('--top <n>', 'at most this many of each list, and rows of the matrix (default: 10, and 30)')
    .option('--away <who>', 'somebody who takes nothing now: a name, an address or a role; may be repeated', collect)
    .option('--roles', 'roles in place of names: nothing printed says who anybody is')
    .option('--matrix <kind>', 'show this matrix, too: knowledge, interaction (with --json the default), overlap, flying or coChange')
    .option('--by <what>', 'the sides of a matrix that are of paths: files or directories (default)');
  verb('recipe <do> [name...]', 'sets kept by name: list, keep NAME, show NAME, apply NAME, compare A B (@: the composition), drop NAME', async () => (await import('./recipe.ts')).recipe)
    .option('--force', 'with keep: replace the recipe of this name');
  verb('log', 'the operations of the workspace, newest first', async () => (await import('./history.ts')).log)
    .option('--limit <n>', 'at most this many', '50');
  verb('undo', 'take the last operation back', async () => (await import('./history.ts')).undo);
  verb('redo', 'bring the last undone operation back', async () => (await import('./history.ts')).redo);
  verb('compare <a> <b>', 'what came, left and moved from one operation to another, and the files that differ between what was composed', async () => (await import('./moments.ts')).compare);
  verb('return <operation>', 'composition and what was imported as this operation left them; undo takes it back', async () => (await import('./moments.ts')).returning);
  verb('fsck', 'recompute every hash, replay every event, compare', async () => (await import('./history.ts')).fsck);
  verb('stats', 'how the engine does: the figures of the process that serves, or served last', async () => (await import('./stats.ts')).stats)
    .option('--prometheus', 'print Prometheus\' text format')
    .option('--at <ms>', 'of this moment (milliseconds since the epoch), where figures of it are kept')
    .option('--events', 'what happened instead: decisions, breakers, workers, alerts, slow operations; with --json a line for each')
    .option('--kind <kind>', 'with --events: of this kind only')
    .option('--about <name>', 'with --events: about this operation, knob, dependency, pool, metric or alert only')
    .option('--from <ms>', 'with --events: from this moment on')
    .option('--to <ms>', 'with --events: up to this moment')
    .option('--follow', 'with --events: go on with what happens, until interrupted')
    .option('--reader <name>', 'with --events: begin where the last run with this name stopped');
  verb('backup <file>', 'a checked copy of the workspace, whole or not at all, while others write', async () => (await import('./keeping.ts')).backup)
    .option('--force', 'replace the file if it is there');
  verb('restore <file>', 'a backup put in the workspace\'s place; what stood there is kept beside it', async () => (await import('./keeping.ts')).restore)
    .option('--force', 'over a workspace that holds something, or one of another repository');
  verb('serve [repo]', 'the app in your browser, on this machine alone; without REPO on a sample', async () => (await import('./serving.ts')).serve)
    .option('--port <n>', 'the port (default: the same as last time where it is free)')
    .option('--record <file>', 'write down what the window asks, to try configurations on it (docs/PERFORMANCE.md)')
    .option('--no-open', 'do not open the browser');
  verb('open [repo]', 'the app in its own window; without REPO what was open last, else a sample', async () => (await import('./openWindow.ts')).openWindow);
  for (const name of later) {
    program.command(name, { hidden: true }).allowUnknownOption().allowExcessArguments().exitOverride().helpOption(false).action(() => {
      throw new AcumenError('usage', `\`acumen ${name}\` is not available in this version.`, 'Run `acumen --help` for what there is.', { verb: name });
    });
  }
  return program;
}

/** `--no-store` comes as a store that is false. */
function optionsOf(command: Command): Options {
  const { store, ...options } = command.opts<Omit<Options, 'store'> & { store?: string | false }>();
  return store === false ? { ...options, unstored: true } : { ...options, ...store !== undefined && { store } };
}

/** `--git`: who reads the repository. */
export function readerChoice({ git = 'auto' }: Options): 'embedded' | 'native' | 'auto' {
  if (git === 'embedded' || git === 'native' || git === 'auto') return git;
  throw new AcumenError('usage', `There is no git reader called ${git}.`, 'Leave --git out, or use --git embedded or --git native.');
}

/** `--grain`; undefined: it was not said. */
export function grainChoice({ grain }: Options): Methods['import']['params']['grain'] | undefined {
  if (grain === undefined || grain === 'branch' || grain === 'commit' || grain === 'atom') return grain;
  throw new AcumenError('usage', `There is no grain called ${grain}.`, 'Use --grain branch, --grain commit or --grain atom.', { grain });
}

/** Commander's complaints in our form. */
function usage(error: CommanderError, argv: readonly string[]): AcumenError {
  const text = error.message.replace(/^error: /, '').replace(/\s+/g, ' ').trim();
  const sentence = text.replace(/^(.)/, (c) => c.toUpperCase()).replace(/\.?$/, '.');
  const verb = argv.find((a) => !a.startsWith('-'));
  const known = verb !== undefined && error.code !== 'commander.unknownCommand';
  return new AcumenError('usage', sentence, known ? `Run \`acumen ${verb} --help\` for its options.` : 'Run `acumen --help` for what there is.');
}
