// Many sources at one spot, each doing one of a few things there: what is rare elsewhere is asked often, and is clean about as often as not.
import type { Make } from './frame.ts';
import type { Draft, World } from '../world.ts';
import { freshLine, uniqueText } from '../text.ts';
import { Random } from '../random.ts';

/** the same wherever a source does the same as another */
const common = (seed: number): string => uniqueText(new Random(seed), 10);
const oid = (digit: number): string => `${digit}`.repeat(40);
const edit = (w: World, draft: Draft, path: string, at: number): void => { if (draft.get(path) !== undefined) draft.splice(path, at, 1, freshLine(w.random, 'data')); };
const add = (draft: Draft, path: string, data: string): void => draft.put(path, { mode: '100644', data });

function crowd(feature: string, act: (w: World, draft: Draft) => void): Make {
  return (w) => {
    for (let n = 0; n < 4; n++) {
      const draft = w.begin(w.tip);
      act(w, draft);
      w.finish(draft, [feature], w.random.chance(0.8) ? 'quiet' : 'noise');
    }
  };
}

const one = (w: World, draft: Draft, ...acts: ((draft: Draft) => void)[]): void => w.random.pick(acts)(draft);

export const crowds = {
  'crowd-mode': crowd('crowd-mode', (w, draft) => {
    const path = 'tools/run0.sh', added = 'new/mode.sh';
    const executable = (d: Draft): void => d.put(added, { mode: '100755', data: common(1) }), plain = (d: Draft): void => d.put(added, { mode: '100644', data: common(1) });
    one(w, draft, (d) => { if (w.random.chance(0.5)) edit(w, d, path, 9); d.write(path, d.text(path), '100755'); }, (d) => edit(w, d, path, 3), executable, executable, plain, plain);
  }),
  'crowd-type': crowd('crowd-type', (w, draft) => {
    const path = 'tools/run2.sh';
    const link = (d: Draft): void => d.put(path, { mode: '120000', data: 'elsewhere' });
    one(w, draft, link, link, link, link, (d) => d.put(path, { mode: '120000', data: w.random.hex(6) }), (d) => edit(w, d, path, 2), (d) => d.put(path, { mode: '160000', data: oid(1) }), (d) => d.drop(path));
  }),
  'crowd-binary': crowd('crowd-binary', (w, draft) => {
    const path = 'bin/image0.png';
    const same = (d: Draft): void => d.write(path, `\0one${common(3)}`);
    one(w, draft, same, same, (d) => d.write(path, `\0two${w.random.hex(9)}`), (d) => d.write(path, d.text(path), '100755'));
  }),
  'crowd-symlink': crowd('crowd-symlink', (w, draft) => {
    const path = 'links/to0';
    const same = (d: Draft): void => d.write(path, '../there');
    one(w, draft, same, same, same, (d) => d.write(path, w.random.hex(7)), (d) => d.drop(path));
  }),
  'crowd-submodule': crowd('crowd-submodule', (w, draft) => {
    const path = 'vendor/dep0';
    const same = (d: Draft): void => d.write(path, oid(2));
    one(w, draft, same, same, same, (d) => d.write(path, w.random.hex(40)), (d) => d.drop(path));
  }),
  'crowd-directory/file': crowd('crowd-directory/file', (w, draft) => {
    const path = 'node/knot0', fresh = 'fresh/crowd';
    const inside = (name: string) => (d: Draft): void => add(d, `${path}/${name}`, common(name.length));
    one(w, draft, (d) => d.drop(path), (d) => d.drop(path), inside('index.txt'), inside('index.txt'), inside('other.txt'), (d) => edit(w, d, path, 4), (d) => add(d, fresh, common(4)), (d) => add(d, `${fresh}/one`, common(5)));
  }),
  'crowd-delete': crowd('crowd-delete', (w, draft) => {
    const path = 'old/doomed0.txt';
    one(w, draft, (d) => d.drop(path), (d) => d.drop(path), (d) => edit(w, d, path, w.random.below(15)), (d) => d.write(path, d.text(path), '100755'));
  }),
  'crowd-add': crowd('crowd-add', (w, draft) => {
    const path = 'new/crowd.txt';
    one(w, draft, (d) => add(d, path, common(6)), (d) => add(d, path, common(6)), (d) => add(d, path, `${common(6)}${freshLine(w.random, 'data')}`), (d) => add(d, path, ''));
  }),
  'crowd-rename': crowd('crowd-rename', (w, draft) => {
    const path = 'ren/a/file0.ts', to = 'moved/crowd.ts';
    const same = (d: Draft): void => d.move(path, to);
    one(w, draft, same, same, same, (d) => d.move(path, 'moved/otherwise.ts'), (d) => edit(w, d, path, 5), (d) => { edit(w, d, path, 9); d.move(path, to); },
      (d) => d.drop(path), (d) => add(d, to, common(7)), (d) => { edit(w, d, path, 2); add(d, to, common(7)); });
  }),
  'crowd-directory': crowd('crowd-directory', (w, draft) => {
    const path = 'pkg/p0', to = 'pkg/crowd';
    one(w, draft, (d) => d.moveAll(path, to), (d) => d.moveAll(path, to), (d) => add(d, `${path}/added${w.random.below(2)}.ts`, common(8)), (d) => edit(w, d, `${path}/util.ts`, w.random.below(12)),
      (d) => d.moveAll(path, `${to}-else`), (d) => add(d, `${path}/deep/added.ts`, common(9)));
  }),
} satisfies Record<string, Make>;
