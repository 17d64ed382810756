// What kind of file a path names, as far as kinds differ in how they come to conflict: lists that everybody appends to, files that programs
// write, texts, tests, code.
import type { PathBytes } from '../../bytes.ts';

export const fileKinds = ['lock', 'changelog', 'generated', 'manifest', 'test', 'docs', 'code'] as const;
export type FileKind = typeof fileKinds[number];

const LOCK = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|composer\.lock|go\.sum|flake\.lock|[^/]+\.lock)$/i;
const CHANGELOG = /(^|\/)(changelog|changes|history|news|release[-_ ]?notes|what'?s[-_ ]?new)[^/]*(\.(md|rst|txt|adoc)|\/[^/]+\.(md|rst|txt|adoc))$|(^|\/)(changelog|changes|news|\.changeset\/[^/]+\.md)$/i;
const GENERATED = /(^|\/)(dist|build|vendor|third_party|generated|__generated__|__snapshots__|snapshots)\/|\.(snap|min\.js|min\.css|map|pb\.go|g\.dart|lockb|svg|po|pot)$/i;
const MANIFEST = /(^|\/)(package\.json|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(\.kts)?|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|Makefile|CMakeLists\.txt|meson\.build|tsconfig[^/]*\.json|[^/]*\.ya?ml)$/i;
const TEST = /(^|\/)(tests?|specs?|__tests__|testdata|fixtures|playground|t)\/|[._-](test|spec)s?\.[a-z]+$/i;
const DOCS = /(^|\/)docs?\/|\.(md|mdx|markdown|rst|adoc|txt|tex)$/i;

/** The first that fits, in the order of `fileKinds`; `code` where none does. */
export function kindOf(path: PathBytes): FileKind {
  if (LOCK.test(path)) return 'lock';
  if (CHANGELOG.test(path)) return 'changelog';
  if (GENERATED.test(path)) return 'generated';
  if (MANIFEST.test(path)) return 'manifest';
  if (TEST.test(path)) return 'test';
  return DOCS.test(path) ? 'docs' : 'code';
}
