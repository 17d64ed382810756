// Merge scenarios of whole directories that one side moves. git only suggests that what the other side adds there should follow
// (merge.directoryRenames=conflict), so each time one applies it is a conflict, and each clean scenario here says why none applies. What
// else may meet a moved directory: directoryMeetings.ts.
import { scenarios } from './notation.ts';

export const moved = scenarios({
  'a directory moves, the other side leaves it alone': `
    a/x | oak | - | = | -
    a/y | elm | - | = | -
    b/x | - | oak | - | oak
    b/y | - | elm | - | elm`,
  'a directory moves, the other side edits in it': `
    a/x | oak | - | oak 4=r | -
    a/y | elm | - | elm 5=r +x | -
    b/x | - | oak | - | oak 4=r
    b/y | - | elm 1=l | - | elm 1=l 5=r +x`,
  'a directory moves, the other side adds to it': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/y | - | elm | -
    ! directory rename b/new`,
  'a directory of one file moves, the other side adds to it': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    ! directory rename b/new`,
  'what is added may be empty': `
    a/x | oak | - | =
    a/new | - | - | empty
    b/x | - | oak | -
    ! directory rename b/new`,
  'what is added may be a symlink': `
    a/x | oak | - | =
    a/new | - | - | -> y
    b/x | - | oak | -
    ! directory rename b/new`,
  'what is added may be a submodule': `
    a/x | oak | - | =
    a/new | - | - | #1
    b/x | - | oak | -
    ! directory rename b/new`,
  'an addition in a new folder of the directory stays where it is': `
    a/x | oak | - | = | -
    a/deep/new | - | - | ash | ash
    b/x | - | oak | - | oak`,
  'an addition to a folder of the directory follows': `
    a/x | oak | - | =
    a/s/y | elm | - | =
    a/s/new | - | - | ash
    b/x | - | oak | -
    b/s/y | - | elm | -
    ! directory rename b/s/new`,
  'an addition above a moved folder follows': `
    a/s/y | elm | - | =
    a/new | - | - | ash
    b/s/y | - | elm | -
    ! directory rename b/new`,
  'a folder within a directory moves': `
    a/s/y | elm | - | =
    a/x | oak | = | =
    a/s/new | - | - | ash
    a/t/y | - | elm | -
    ! directory rename a/t/new`,
  'a directory that keeps a file has not moved': `
    a/x | oak | - | = | -
    a/y | elm | = | = | =
    a/new | - | - | ash | ash
    b/x | - | oak | - | oak`,
  'a directory in which the same side adds a file has not moved': `
    a/x | oak | - | = | -
    a/l | - | fir | - | fir
    a/new | - | - | ash | ash
    b/x | - | oak | - | oak`,
  'a directory that is deleted has not moved': `
    a/x | oak | - | = | -
    a/new | - | - | ash | ash
    b/x | - | elm | - | elm`,
  'a directory whose files moved with edits has moved': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    b/x | - | oak 4=l | -
    b/y | - | elm 4=l | -
    ! directory rename b/new`,
  'most of it went to one place': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/z | fir | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/y | - | elm | -
    c/z | - | fir | -
    ! directory rename b/new`,
  'half of it went to each of two places': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    c/y | - | elm | -
    ! directory rename a`,
  'half of it went to each of two places, nothing is added': `
    a/x | oak | - | = | -
    a/y | elm | - | oak 4=r | -
    b/x | - | oak | - | oak
    c/y | - | elm | - | oak 4=r`,
  'part of it is deleted': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    ! directory rename b/new`,
  'files that change their names count as well': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    b/m | - | oak | -
    b/n | - | elm | -
    ! directory rename b/new`,
  'into the root': `
    a/x | oak | - | =
    a/y | elm | - | =
    a/new | - | - | ash
    x | - | oak | -
    y | - | elm | -
    ! directory rename new`,
  'out of the root: it is no directory that moves': `
    x | oak | - | = | -
    y | elm | - | = | -
    new | - | - | ash | ash
    a/x | - | oak | - | oak
    a/y | - | elm | - | elm`,
  'one level up': `
    a/b/x | oak | - | =
    a/b/y | elm | - | =
    a/b/new | - | - | ash
    a/x | - | oak | -
    a/y | - | elm | -
    ! directory rename a/new`,
  'one level down: the directory is still there': `
    a/x | oak | - | = | -
    a/y | elm | - | = | -
    a/new | - | - | ash | ash
    a/b/x | - | oak | - | oak
    a/b/y | - | elm | - | elm`,
  'into a directory that is there already': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/z | elm | = | =
    b/x | - | oak | -
    ! directory rename b/new`,
  'two directories exchanged: both are still there': `
    a/x | oak | - | = | -
    a/y | - | elm | - | elm
    a/new | - | - | ash | ash
    b/y | elm | - | = | -
    b/x | - | oak | - | oak`,
  'moved alike by both, each adding where it went': `
    a/x | oak | - | - | -
    b/x | - | oak | oak | oak
    b/l | - | elm | - | elm
    b/r | - | - | ash | ash`,
  'moved by both, but one adds to the old place': `
    a/x | oak | - | -
    b/x | - | oak | oak
    a/new | - | - | ash
    ! directory rename b/new`,
  'moved to two places': `
    a/x | oak | - | -
    a/y | elm | - | -
    b/x | - | oak | -
    b/y | - | elm | -
    c/x | - | - | oak
    c/y | - | - | elm
    ! rename/rename a/x
    ! rename/rename a/y
    ! rename/rename b/x
    ! rename/rename b/y
    ! rename/rename c/x
    ! rename/rename c/y`,
  'moved, and deleted by the other': `
    a/x | oak | - | -
    a/y | elm | - | -
    b/x | - | oak | -
    b/y | - | elm | -
    ! rename/delete b/x
    ! rename/delete b/y`,
  'moved, and one file deleted by the other': `
    a/x | oak | - | -
    a/y | elm | - | =
    b/x | - | oak | -
    b/y | - | elm | -
    ! rename/delete b/x`,
});
