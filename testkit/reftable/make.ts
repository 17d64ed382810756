// Makes the committed tables anew: `node testkit/reftable/make.ts GIT`, where GIT is a git of 2.45 or newer. Small blocks and no
// merging of tables, so that a few hundred refs make several tables with indexes of several levels, of refs and of ids.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../git.ts';
import { fixtureStream, folderOf, formats } from './fixture.ts';

const program = process.argv[2];
if (program === undefined) throw new Error('usage: node testkit/reftable/make.ts GIT');

const env = {
  GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TEST_REFTABLE_AUTOCOMPACTION: 'false', GIT_EXEC_PATH: process.env['GIT_EXEC_PATH'], PATH: process.env['PATH'],
  GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.invalid', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.invalid',
  GIT_AUTHOR_DATE: '1700000000 +0000', GIT_COMMITTER_DATE: '1700000000 +0000', LC_ALL: 'C',
};

for (const format of formats) {
  const temp = tempDir('reftable');
  const dir = join(temp.path, 'repo');
  const git = (args: readonly string[], input = '', cwd = dir): string => {
    const run = spawnSync(program, args, { cwd, env, input: Buffer.from(input, 'latin1'), encoding: 'latin1' });
    if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  git(['init', '-q', '--bare', '--template=', '--initial-branch=main', '--ref-format=reftable', `--object-format=${format}`, dir], '', temp.path);
  for (const [name, value] of [['reftable.blockSize', '256'], ['reftable.restartInterval', '3'], ['core.logAllRefUpdates', 'always']] as const) git(['config', name, value]);
  git(['fast-import', '--quiet', '--date-format=raw'], fixtureStream());
  const main = git(['rev-parse', 'main']).trim();
  const update = (rows: readonly string[]): void => { git(['update-ref', '--stdin', '-z'], rows.join('')); };
  const set = (name: string, value: string): string => `update ${name}\0${value}\0\0`;
  update(Array.from({ length: 120 }, (_, i) => set(`refs/pull/${i}/head`, i % 3 === 0 ? `${main}` : git(['rev-parse', i % 3 === 1 ? 'first' : 'second']).trim())));
  update([set('refs/heads/\xff\xfe', main), set(`refs/heads/${'long/'.repeat(20)}name`, main), set('refs/tags/of-tree', git(['rev-parse', 'main^{tree}']).trim()), set('refs/tags/light', main)]);
  git(['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/second']);
  git(['symbolic-ref', 'refs/remotes/dangling/HEAD', 'refs/heads/nowhere']);
  // Gone, gone and made anew, moved.
  update(Array.from({ length: 40 }, (_, i) => `delete refs/pull/${i * 2}/head\0\0`));
  update([set('refs/pull/2/head', git(['rev-parse', 'clash']).trim()), set('refs/pull/5/head', git(['rev-parse', 'upper']).trim()), 'delete refs/tags/other\0\0']);
  git(['worktree', 'add', '-q', '--detach', join(temp.path, 'linked'), 'first']);
  git(['update-ref', 'refs/bisect/bad', main], '', join(temp.path, 'linked'));
  git(['update-ref', 'refs/worktree/mine', main]);

  const list = (cwd: string): string => git(['for-each-ref', '--format=%(objectname) %(refname)%(if)%(symref)%(then) -> %(symref)%(end)'], '', cwd);
  rmSync(folderOf(format), { recursive: true, force: true });
  mkdirSync(folderOf(format), { recursive: true });
  writeFileSync(join(folderOf(format), 'refs.txt'), list(dir), 'latin1');
  writeFileSync(join(folderOf(format), 'linked.txt'), list(join(temp.path, 'linked')), 'latin1');
  cpSync(join(dir, 'reftable'), join(folderOf(format), 'reftable'), { recursive: true });
  cpSync(join(dir, 'worktrees', 'linked', 'reftable'), join(folderOf(format), 'linked'), { recursive: true });
  temp.remove();
}
