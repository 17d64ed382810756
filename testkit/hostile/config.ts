// Every configuration key with which a repository can have git run a program or read a file of its choosing (git-config(1) of git
// 2.51, gone through from `add` to `worktree`; later ones where known), as one hostile configuration. Whoever reads a repository
// must obey none of them.

/** How a key takes its program: as a path, as a line for the shell, or as such a line behind an exclamation mark. */
type Form = 'path' | 'shell' | 'bang';

const programs: readonly (readonly [key: string, form: Form])[] = [
  ['core.fsmonitor', 'path'], ['core.pager', 'shell'], ['pager.log', 'shell'], ['core.editor', 'shell'], ['sequence.editor', 'shell'], ['core.sshCommand', 'shell'], ['core.gitProxy', 'path'],
  ['core.askPass', 'path'], ['core.alternateRefsCommand', 'shell'], ['diff.external', 'path'], ['diff.evil-command.command', 'path'], ['diff.evil-textconv.textconv', 'shell'],
  ['difftool.evil.cmd', 'shell'], ['mergetool.evil.cmd', 'shell'], ['merge.evil.driver', 'shell'], ['filter.evil-clean.clean', 'shell'], ['filter.evil-smudge.smudge', 'shell'],
  ['filter.evil-process.process', 'shell'], ['filter.lfs.process', 'shell'], ['gpg.program', 'path'], ['gpg.x509.program', 'path'], ['gpg.ssh.program', 'path'], ['gpg.ssh.defaultKeyCommand', 'shell'],
  ['credential.helper', 'bang'], ['interactive.diffFilter', 'shell'], ['uploadpack.packObjectsHook', 'shell'], ['gc.recentObjectsHook', 'shell'], ['alias.evil', 'bang'], ['alias.cat-file', 'bang'],
  ['alias.rev-parse', 'bang'], ['alias.version', 'bang'], ['trailer.evil-command.command', 'shell'], ['trailer.evil-cmd.cmd', 'shell'], ['tar.tar.evil.command', 'shell'], ['submodule.evil.update', 'bang'],
  ['browser.evil.cmd', 'shell'], ['man.evil.cmd', 'shell'], ['guitool.evil.cmd', 'shell'], ['imap.tunnel', 'shell'], ['instaweb.httpd', 'path'], ['instaweb.browser', 'path'], ['sendemail.smtpServer', 'path'],
  ['sendemail.sendmailCmd', 'shell'], ['sendemail.toCmd', 'shell'], ['sendemail.ccCmd', 'shell'], ['sendemail.headerCmd', 'shell'], ['remote.up.uploadpack', 'shell'], ['remote.up.receivepack', 'shell'],
  ['hook.evil.command', 'shell'], ['web.browser', 'path'], ['diff.guitool', 'path'], ['merge.guitool', 'path'], ['rebase.exec', 'shell'],
];

/** What makes the above take effect, and what leads to other hosts. */
function switches(ext: (key: string) => string): readonly (readonly [string, string])[] {
  return [
    ['core.repositoryFormatVersion', '1'], ['core.bare', 'false'], ['extensions.worktreeConfig', 'true'], ['extensions.partialClone', 'promised'],
    ['remote.promised.url', ext('remote.promisor')], ['remote.promised.promisor', 'true'], ['remote.promised.partialCloneFilter', 'blob:none'], ['remote.promised.fetch', '+refs/heads/*:refs/remotes/promised/*'],
    ['remote.ext.url', ext('remote.ext.url')], ['remote.ssh.url', 'ssh://example.invalid/x'], ['remote.git.url', 'git://example.invalid/x'], ['remote.vcs.url', 'x'], ['remote.vcs.vcs', 'evil'],
    ['remote.instead.url', 'https://instead.example.invalid/x'], [`url.${ext('url.insteadOf')} .insteadOf`, 'https://instead.example.invalid/'], [`url.${ext('url.pushInsteadOf')} .pushInsteadOf`, 'https://push.example.invalid/'],
    ['protocol.allow', 'always'], ['protocol.ext.allow', 'always'], ['remote.pushDefault', 'ext'], ['remote.ext.proxy', 'http://127.0.0.1:9'], ['http.proxy', 'http://127.0.0.1:9'], ['fetch.bundleURI', 'file:///nowhere/bundle'], ['transfer.bundleURI', 'true'],
    ['bundle.version', '1'], ['bundle.mode', 'all'], ['bundle.evil.uri', 'file:///nowhere/bundle'], ['branch.main.remote', 'ext'], ['branch.main.merge', 'refs/heads/main'],
    ['diff.tool', 'evil'], ['difftool.prompt', 'false'], ['merge.tool', 'evil'], ['mergetool.prompt', 'false'], ['man.viewer', 'evil'], ['help.format', 'man'], ['help.browser', 'evil'],
    ['gpg.format', 'ssh'], ['commit.gpgSign', 'true'], ['tag.gpgSign', 'true'], ['push.gpgSign', 'if-asked'], ['log.showSignature', 'true'], ['merge.verifySignatures', 'true'], ['hook.evil.event', 'pre-commit'],
    ['trailer.evil-command.key', 'Evil-Command'], ['trailer.evil-command.ifmissing', 'add'], ['trailer.evil-cmd.key', 'Evil-Cmd'], ['trailer.evil-cmd.ifmissing', 'add'],
    ['submodule.evil.url', './evil'], ['submodule.evil.active', 'true'], ['submodule.recurse', 'true'], ['gc.auto', '1'], ['receive.procReceiveRefs', 'refs/for'], ['receive.denyCurrentBranch', 'updateInstead'],
    ['core.logAllRefUpdates', 'always'], ['core.useReplaceRefs', 'true'], ['core.commitGraph', 'true'], ['core.multiPackIndex', 'true'], ['core.autocrlf', 'true'], ['core.splitIndex', 'true'], ['color.interactive', 'always'], ['color.diff', 'always'],
    ['notes.displayRef', 'refs/notes/*'], ['notes.rewriteRef', 'refs/notes/*'], ['rerere.enabled', 'true'], ['user.name', 'Evil'], ['user.email', 'evil@example.invalid'], ['safe.directory', '*'], ['uploadpack.allowAnySHA1InWant', 'true'],
    ['fetch.recurseSubmodules', 'true'], ['attr.tree', 'HEAD'], ['init.defaultRefFormat', 'reftable'], ['maintenance.auto', 'true'], ['sendemail.aliasFileType', 'mutt'], ['imap.folder', 'x'], ['imap.host', 'imap://127.0.0.1'], ['core.preferSymlinkRefs', 'true'],
  ];
}

/** Keys that name a file to be read, and the file's name in the folder outside. */
const files: readonly (readonly [key: string, file: string])[] = [
  ['core.attributesFile', 'attributes'], ['core.excludesFile', 'excludes'], ['core.worktree', 'worktree'], ['commit.template', 'template'], ['mailmap.file', 'mailmap'], ['blame.ignoreRevsFile', 'revs'], ['diff.orderFile', 'order'],
  ['fsck.skipList', 'skip'], ['receive.fsck.skipList', 'skip'], ['fetch.fsck.skipList', 'skip'], ['format.signatureFile', 'signature'], ['gpg.ssh.allowedSignersFile', 'signers'], ['gpg.ssh.revocationFile', 'revoked'],
  ['http.cookieFile', 'cookies'], ['http.sslCert', 'cert'], ['http.sslKey', 'key'], ['http.sslCAInfo', 'ca'], ['http.sslCAPath', 'ca'], ['init.templateDir', 'templates'], ['sendemail.aliasesFile', 'aliases'], ['gitcvs.logFile', 'cvs'],
  ['include.path', 'included'], ['includeIf.gitdir:/.path', 'included-if'], ['includeIf.onbranch:**.path', 'included-branch'], ['includeIf.hasconfig:remote.*.url:**.path', 'included-url'],
  ['mergetool.evil.path', 'tool'], ['browser.evil.path', 'tool'], ['format.outputDirectory', 'out'], ['fsmonitor.socketDir', 'sockets'], ['trace2.normalTarget', 'trace'], ['trace2.eventTarget', 'trace'], ['gc.repackFilterTo', 'out'], ['lfs.storage', 'lfs'],
];

/** Programs whose configuration is in files of their own. */
export const elsewhere = { worktree: 'config.worktree', included: ['included', 'included-if', 'included-branch', 'included-url'] } as const;

export const fileNames: readonly string[] = [...new Set(files.map(([, name]) => name))];

export interface Places {
  /** makes a program that tells under which name it ran, and answers its path */
  readonly program: (name: string) => string;
  readonly hooks: string;
  readonly outside: string;
}

export function hostileConfig({ program, hooks, outside }: Places): string {
  const shell = (key: string): string => `'${program(key)}'`;
  const value = ([key, form]: readonly [string, Form]): string => (form === 'path' ? program(key) : form === 'shell' ? shell(key) : `!${shell(key)}`);
  const settings: readonly (readonly [string, string])[] = [
    ...switches((key) => `ext::${program(key)}`), ...programs.map((entry) => [entry[0], value(entry)] as const), ['core.hooksPath', hooks],
    ...files.map(([key, name]) => [key, `${outside}/${name}`] as const), ['credential.helper', `store --file=${outside}/credentials`],
  ];
  return settings.map(([key, text]) => setting(key, text)).join('');
}

/** One key in a section of its own. The subsection is whatever lies between the first dot and the last. */
export function setting(key: string, value: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `[${key.slice(0, first)}${first === last ? '' : ` ${quoted(key.slice(first + 1, last))}`}]\n\t${key.slice(last + 1)} = ${quoted(value)}\n`;
}
