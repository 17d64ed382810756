// A repository that runs a command of its own wherever git lets one: hooks, filters, drivers, monitors, aliases, helpers. Each
// command leaves a file named PWNED. Whoever only reads the repository, or moves one ref of it, must never make that file appear.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, tryGit } from '../git.ts';

const HOOKS = [
  'applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit',
  'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update', 'proc-receive', 'post-receive', 'post-update',
  'reference-transaction', 'push-to-checkout', 'pre-auto-gc', 'post-rewrite', 'sendemail-validate', 'fsmonitor-watchman', 'post-index-change',
];

export interface HostileRepository {
  readonly path: string;
  /** whether any of its commands has run */
  pwned(): boolean;
  /** proof that the fixture bites: lets git itself loose on it, then cleans up */
  letGitRun(): boolean;
}

/** `dir` must be an existing folder; the repository is made in dir/repo with two commits, a branch and a stash of bait. */
export function hostileRepository(dir: string): HostileRepository {
  const path = join(dir, 'repo');
  const mark = join(dir, 'PWNED');
  const run = `echo "$0 $*" >> '${mark}'`;
  mkdirSync(path);
  git(path, ['init', '--quiet', '--template=', '--initial-branch=main']);
  writeFileSync(join(path, 'a.txt'), 'one\ntwo\nthree\n');
  writeFileSync(join(path, '.gitattributes'), '* filter=evil diff=evil merge=evil text=auto eol=crlf\n');
  writeFileSync(join(path, '.gitmodules'), '[submodule "evil"]\n\tpath = evil\n\turl = -u./payload\n\tupdate = !touch PWNED\n');
  git(path, ['add', '--all']);
  git(path, ['commit', '--quiet', '--message=one']);
  git(path, ['checkout', '--quiet', '-b', 'topic']);
  writeFileSync(join(path, 'b.txt'), 'b\n');
  git(path, ['add', 'b.txt']);
  git(path, ['commit', '--quiet', '--message=two']);
  git(path, ['checkout', '--quiet', 'main']);

  const hooks = join(path, '.git', 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const name of HOOKS) writeFileSync(join(hooks, name), `#!/bin/sh\n${run}\nexit 0\n`, { mode: 0o755 });
  const script = join(path, '.git', 'evil.sh');
  writeFileSync(script, `#!/bin/sh\n${run}\ncat 2>/dev/null\nexit 0\n`, { mode: 0o755 });
  const evil = `'${script}'`;
  const included = join(path, '.git', 'included');
  writeFileSync(included, `[core]\n\tpager = ${JSON.stringify(evil)}\n`);
  const settings: readonly (readonly [string, string])[] = [
    ['core.fsmonitor', script], ['core.hooksPath', hooks], ['core.pager', evil], ['core.editor', evil], ['core.sshCommand', evil], ['core.gitProxy', script],
    ['core.askPass', script], ['core.alternateRefsCommand', evil], ['sequence.editor', evil], ['diff.external', script], ['interactive.diffFilter', evil],
    ['filter.evil.clean', evil], ['filter.evil.smudge', evil], ['filter.evil.process', evil], ['filter.evil.required', 'true'],
    ['diff.evil.command', evil], ['diff.evil.textconv', evil], ['merge.evil.driver', evil], ['gpg.program', script], ['gpg.ssh.program', script],
    ['gpg.ssh.defaultKeyCommand', evil], ['commit.gpgSign', 'true'], ['log.showSignature', 'true'], ['credential.helper', `!${evil}`], ['uploadpack.packObjectsHook', evil],
    ['alias.status', `!${evil}`], ['alias.rev-list', `!${evil}`], ['alias.evil', `!${evil}`], ['pager.log', evil], ['include.path', included],
    ['remote.origin.url', `ext::${evil}`], ['remote.origin.uploadpack', evil], ['remote.origin.promisor', 'true'], ['remote.origin.partialclonefilter', 'blob:none'],
    ['protocol.ext.allow', 'always'], ['trailer.evil.command', evil], ['mergetool.evil.cmd', evil], ['difftool.evil.cmd', evil], ['browser.evil.cmd', evil], ['man.evil.cmd', evil],
    ['tar.evil.command', evil], ['submodule.evil.update', `!${evil}`], ['branch.main.remote', 'origin'], ['branch.main.merge', 'refs/heads/main'],
  ];
  for (const [name, value] of settings) git(path, ['config', '--file', join(path, '.git', 'config'), name, value]);
  rmSync(mark, { force: true });
  return {
    path,
    pwned: () => existsSync(mark),
    letGitRun: () => {
      // The index is made stale, so that `status` has to look at the files: it asks fsmonitor and runs the clean filter.
      writeFileSync(join(path, 'a.txt'), 'one\ntwo\nthree\nfour\n');
      tryGit(path, ['status']);
      const ran = existsSync(mark);
      writeFileSync(join(path, 'a.txt'), 'one\ntwo\nthree\n');
      rmSync(mark, { force: true });
      return ran;
    },
  };
}
