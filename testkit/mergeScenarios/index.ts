// All merge scenarios, by what they are about. Judged in app/core/treeMerge/scenarios.test.ts.
import { added, binaries, contents, lineEnds } from './contents.ts';
import { directoryFile } from './directoryFile.ts';
import { meeting } from './directoryMeetings.ts';
import { moved } from './directoryRenames.ts';
import type { Scenario } from './notation.ts';
import { deletions, links, modes, types } from './registers.ts';
import { against, twoRenames } from './renameClashes.ts';
import { followed, found } from './renames.ts';

export const groups: Readonly<Record<string, readonly Scenario[]>> = {
  'contents': contents,
  'ends of lines and empty files': lineEnds,
  'binary files': binaries,
  'files added': added,
  'deletions': deletions,
  'modes': modes,
  'types': types,
  'symlinks and submodules': links,
  'renames, and what follows them': followed,
  'which files are renames': found,
  'renames on both sides': twoRenames,
  'renames against deletions and additions': against,
  'files against directories': directoryFile,
  'directories that move': moved,
  'directories that move, and meet something': meeting,
};
