// What a path alone says of a file: test of what, lock of which manifest, documentation. Conventions of the common languages.

type Role = 'code' | 'test' | 'docs' | 'changelog' | 'manifest' | 'lock';

const LOCKS: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['package.json'], 'npm-shrinkwrap.json': ['package.json'], 'yarn.lock': ['package.json'], 'bun.lock': ['package.json'], 'bun.lockb': ['package.json'],
  'pnpm-lock.yaml': ['package.json', 'pnpm-workspace.yaml'], 'Cargo.lock': ['Cargo.toml'], 'poetry.lock': ['pyproject.toml'], 'uv.lock': ['pyproject.toml'], 'pdm.lock': ['pyproject.toml'],
  'Pipfile.lock': ['Pipfile'], 'Gemfile.lock': ['Gemfile'], 'composer.lock': ['composer.json'], 'go.sum': ['go.mod'], 'flake.lock': ['flake.nix'], 'mix.lock': ['mix.exs'],
};
const MANIFESTS: ReadonlySet<string> = new Set([...Object.values(LOCKS).flat(), 'setup.py', 'setup.cfg', 'requirements.txt', 'gradle.properties', 'pom.xml']);
const DOCS: ReadonlySet<string> = new Set(['md', 'mdx', 'rst', 'txt', 'adoc', 'asciidoc', 'markdown', 'org']);
const TEST_FOLDERS: ReadonlySet<string> = new Set(['test', 'tests', '__tests__', 'spec', 'specs', 't', 'testing', 'fixtures', 'e2e', 'playground', 'testdata', 'cypress', '__snapshots__', '__fixtures__', 'snapshots']);
const TEST_WORDS: ReadonlySet<string> = new Set(['test', 'tests', 'spec', 'specs', 'snap', 'snapshot', 'e2e', 'jsfmt', 'cy', 'unittest', 'd', 'stories']);
/** Stems that name no thing: the folder above does. */
const NAMELESS: ReadonlySet<string> = new Set(['index', 'main', 'mod', 'lib', '__init__', 'init', 'test', 'tests', 'spec', 'format', 'types', 'utils', 'util', 'helpers', 'readme', 'conftest', 'config', 'package']);

export interface Place {
  readonly folders: readonly string[];
  readonly file: string;
  /** of the file's name, without a dot, in lower case; empty where there is none */
  readonly extension: string;
  readonly role: Role;
  /** what the file is about, without what marks a test, in lower case and without separators; empty where the name says nothing */
  readonly subject: string;
  /** the name by which others import or mention it; empty where the name says nothing */
  readonly stem: string;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, '');

export function placeOf(path: string): Place {
  const folders = path.split('/'), file = folders.pop()!, dots = file.split('.'), extension = dots.length > 1 ? dots.at(-1)!.toLowerCase() : '';
  const stems = dots.length > 1 ? dots.slice(0, -1) : dots;
  while (stems.length > 1 && TEST_WORDS.has(stems.at(-1)!)) stems.pop();
  let stem = stems.join('.');
  const isMarked = dots.slice(1, -1).some((word) => TEST_WORDS.has(word) && word !== 'd') || /^(?:test_|t\d{4}-)|(?:_test|_tests|_spec|Test|Tests|Spec)$/.test(stem) || extension === 'snap';
  const isTest = isMarked || folders.some((folder) => TEST_FOLDERS.has(folder));
  const lower = file.toLowerCase();
  const role: Role = Object.hasOwn(LOCKS, file) ? 'lock' : MANIFESTS.has(file) || extension === 'gemspec' ? 'manifest'
    : /^(?:change|changes|changelog|changelogs|history|news|release|releases|release-?notes|whats-?new)(?:[.-]|$)/.test(lower) || folders.some((folder) => /^\.?(?:change(?:log|sets?|log_unreleased)?|changelogs|relnotes|newsfragments)$/i.test(folder)) ? 'changelog'
      : isTest ? 'test' : DOCS.has(extension) || folders[0] === 'docs' || folders[0] === 'doc' || folders[0] === 'Documentation' ? 'docs' : 'code';
  if (isMarked) stem = stem.replace(/^test_/, '').replace(/(?:_test|_tests|_spec|Tests|Test|Spec)$/, '');
  if (NAMELESS.has(stem.toLowerCase())) stem = folders.findLast((folder) => !TEST_FOLDERS.has(folder) && !NAMELESS.has(folder)) ?? '';
  return { folders, file, extension, role, subject: plain(stem), stem };
}

/** Whether the one is the lock of the other: of the same folder, or of one below, as in a workspace. */
export function isLockOf(lock: Place, manifest: Place): boolean {
  if (lock.role !== 'lock' || !(LOCKS[lock.file]!.includes(manifest.file) || (lock.file === 'Gemfile.lock' && manifest.extension === 'gemspec'))) return false;
  return lock.folders.every((folder, i) => manifest.folders[i] === folder);
}
