// The command line in few files (dist/cli), so that a short verb does not spend its time finding a hundred: made of the compiled rooms, which stay
// what everything else runs. Verbs stay apart, each loaded when it runs, and so do the store's threads, each one file: every import waits for the
// writer's, so that the rooms have them, too (dist/app/main/storage/threads). What else a module finds beside itself (other threads, the screen, the recipes of the sample) it finds where the rooms have it.
import { globSync, readFileSync, rmSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { type InputOptions, rolldown } from 'rolldown';
import { at } from './steps.ts';

const out = at('dist/cli'), storage = at('dist/app/main/storage'), threads = `${storage}/threads`, BUILTIN = '\0builtin:';

/** Packages whose imports of Node's modules are treated as ours. */
const besides = ['commander', 'lru-cache'];
const isOurs = (file: string): boolean => file.includes('/dist/app/') || besides.some((name) => file.includes(`/node_modules/${name}/`));

/** What is imported by name of each of Node's own modules. */
const used = new Map<string, Set<string>>();
const use = (id: string, names: readonly string[]): void => { used.set(id, (used.get(id) ?? new Set()).union(new Set(names))); };
for (const file of globSync(['dist/app/**/*.js', ...besides.map((name) => `node_modules/${name}/**/*.js`)], { cwd: at('.') })) {
  const code = readFileSync(at(file), 'utf8');
  for (const [, names, id] of code.matchAll(/^import (?:\w+, )?\{([^}]*)\} from ['"](node:[\w/]+)['"];/gm)) use(id!, names!.split(',').map((name) => name.trim().split(' as ')[0]!));
  for (const [, name, id] of code.matchAll(/^import \* as (\w+) from ['"](node:[\w/]+)['"];/gm)) use(id!, [...code.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, member]) => member!));
}

const options: InputOptions = {
  platform: 'node',
  // native code, and what only a window needs
  external: ['better-sqlite3', 'electron'],
  // a name that is not there would be undefined when it is needed
  onLog(level, log, next) { if (log.code === 'IMPORT_IS_UNDEFINED') throw new Error(log.message); next(level, log); },
  plugins: [
    {
      name: 'where modules are',
      transform(code, id) {
        // the store's threads lie beside the command line
        if (!id.includes('/dist/app/') || id.endsWith('/storage/spare.js') || !code.includes('import.meta.url')) return null;
        return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(relative(out, id).replaceAll('\\', '/'))}, import.meta.url).href`);
      },
    },
    {
      // An import of one of Node's modules asks for everything in it, streams and web streams with it; this one asks for what is used.
      name: "Node's own modules",
      resolveId: (id, importer) => (id.startsWith('node:') && importer !== undefined && isOurs(importer) ? BUILTIN + id : null),
      load(id) {
        if (!id.startsWith(BUILTIN)) return null;
        const name = id.slice(BUILTIN.length), names = [...used.get(name) ?? []].filter((n) => n !== '');
        return `const whole = process.getBuiltinModule(${JSON.stringify(name)});\nexport const { ${names.join(', ')} } = whole;\nexport default whole;\n`;
      },
    },
  ],
};
const bundle = await rolldown({ ...options, input: { main: at('dist/app/main/doors/cli/main.js') } });
await bundle.write({
  // one verb alone needs collaboration, and its matrices
  dir: out, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', cleanDir: true,
  codeSplitting: { groups: [{ name: 'core', test: /[\\/]dist[\\/]app[\\/]core[\\/](?!collaboration|matrix)|rolldown:runtime|\0builtin:/ }] },
});
await bundle.close();

rmSync(threads, { recursive: true, force: true });
for (const file of globSync('**/*.worker.js', { cwd: storage })) {
  const thread = await rolldown({ ...options, input: `${storage}/${file}` });
  for (const folder of [out, threads]) await thread.write({ file: `${folder}/${file.replaceAll(sep, '/')}`, format: 'esm' });
  await thread.close();
}
