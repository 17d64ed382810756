// Merge scenarios of a file where the other side has a directory.
import { scenarios } from './notation.ts';

export const directoryFile = scenarios({
  'a file becomes a directory': `
    d | oak | - | = | -
    d/x | - | elm | - | elm`,
  'a directory becomes a file': `
    d/x | elm | - | = | -
    d | - | oak | - | oak`,
  'a file becomes a directory on both sides': `
    d | oak | - | - | -
    d/x | - | elm | - | elm
    d/y | - | - | ash | ash`,
  'a directory becomes a file on both sides': `
    d/x | elm | - | - | -
    d | - | oak | oak | oak`,
  'a directory becomes two files': `
    d/x | elm | - | -
    d | - | oak | ash
    ! add/add d`,
  'a file added where the other adds a directory': `
    d | - | oak | -
    d/x | - | - | elm
    ! directory/file d`,
  'a file added where the other adds a directory deep below': `
    d | - | oak | -
    d/e/f/x | - | - | elm
    ! directory/file d`,
  'a file added in the midst of directories that the other adds': `
    a/b | - | oak | -
    a/b/c/x | - | - | elm
    a/y | - | - | ash
    ! directory/file a/b`,
  'an empty file added where the other adds a directory': `
    d | - | empty | -
    d/x | - | - | elm
    ! directory/file d`,
  'a symlink added where the other adds a directory': `
    d | - | -> e | -
    d/x | - | - | elm
    ! directory/file d`,
  'a submodule added where the other adds a directory': `
    d | - | #1 | -
    d/x | - | - | elm
    ! directory/file d`,
  'a file becomes a directory against an edit': `
    d | oak | - | oak 4=r
    d/x | - | elm | -
    ! modify/delete d`,
  'a directory becomes a file against an edit below': `
    d/x | elm | - | elm 4=r
    d | - | oak | -
    ! directory/file d
    ! modify/delete d/x`,
  'a directory becomes a file against an addition below': `
    d/x | elm | - | =
    d/y | - | - | ash
    d | - | oak | -
    ! directory/file d`,
  'a directory becomes a file against a deletion of part of it': `
    d/x | elm | - | - | -
    d/y | ash | - | = | -
    d | - | oak | - | oak`,
  'a directory becomes a file, the other side deletes it': `
    d/x | elm | - | - | -
    d | - | oak | - | oak`,
  'a directory becomes a symlink': `
    d/x | elm | - | = | -
    d | - | -> e | - | -> e
    e/x | ash | = | = | =`,
  'a directory becomes a symlink to where its file went, edited there': `
    d/x | elm | - | elm 4=r | -
    d | - | -> e | - | -> e
    e/x | - | elm | - | elm 4=r`,
  'a directory becomes a symlink against an addition below': `
    d/x | elm | - | =
    d | - | -> e | -
    d/y | - | - | ash
    ! directory/file d`,
  'a directory becomes a submodule': `
    d/x | elm | - | = | -
    d | - | #1 | - | #1`,
  'a directory becomes a submodule against an edit below': `
    d/x | elm | - | elm 4=r
    d | - | #1 | -
    ! directory/file d
    ! modify/delete d/x`,
  'a submodule becomes a directory': `
    d | #1 | - | = | -
    d/x | - | oak | - | oak`,
  'a submodule becomes a directory against a move': `
    d | #1 | - | #2
    d/x | - | oak | -
    ! modify/delete d`,
  'a symlink becomes a directory against a new target': `
    d | -> a | - | -> b
    d/x | - | oak | -
    ! modify/delete d`,
  'a directory becomes a file, its own file moved out of the way': `
    d/x | elm | - | elm 4=r | -
    e/x | - | elm | - | elm 4=r
    d | - | oak | - | oak`,
  'a file becomes a directory, the file moved into it': `
    d | oak | - | oak 4=r | -
    d/was | - | oak | - | oak 4=r
    d/x | - | elm | - | elm`,
  'a file becomes a directory, the file moved out of the way': `
    d | oak | - | oak 4=r | -
    e | - | oak | - | oak 4=r
    d/x | - | elm | - | elm`,
  'a file becomes a directory, the other side renames the file': `
    d | oak | - | -
    d/x | - | elm | -
    e | - | - | oak
    ! rename/delete e`,
  'a file moved into a directory of its name, renamed by the other': `
    d | oak | - | -
    d/was | - | oak | -
    e | - | - | oak
    ! rename/rename d/was
    ! rename/rename e`,
  'a file renamed to where the other adds a directory': `
    f | oak | - | =
    d | - | oak | -
    d/x | - | - | elm
    ! directory/file d`,
  'a file renamed to where the other adds a directory, edited there': `
    f | oak | - | oak 4=r
    d | - | oak | -
    d/x | - | - | elm
    ! directory/file d`,
  'a file renamed to where both have had a directory, that the other side empties': `
    f | oak | - | oak 4=r | -
    d/x | elm | - | - | -
    d | - | oak | - | oak 4=r`,
  'a file renamed to below where the other adds a file': `
    f | oak | - | oak 4=r
    d/f | - | oak | -
    d | - | - | elm
    ! directory/file d`,
  'a file renamed to the place of its directory, which is thereby moved into the root': `
    d/f | oak | - | oak 4=r
    d/n | - | - | elm
    d | - | oak | -
    ! directory rename n`,
  'a file renamed to the place of its directory, something edited below': `
    d/f | oak | - | oak 4=r
    d/g | elm | - | elm 4=r
    d | - | oak | -
    ! directory/file d
    ! modify/delete d/g`,
  'a symlink renamed to below where the other adds a file and makes it a submodule': `
    l | -> a | - | #1
    d/l | - | -> a | -
    d | - | - | elm
    ! directory/file d
    ! type d/l`,
  'a directory becomes a file, the other renames within it': `
    d/x | elm | - | -
    d/z | - | - | elm
    d | - | oak | -
    ! directory/file d
    ! rename/delete d/z`,
  'a file in the way of two directories': `
    d | - | oak | -
    d/x | - | - | elm
    d/e/y | - | - | ash
    ! directory/file d`,
  'each side has a file where the other has a directory': `
    a | - | oak | -
    a/x | - | - | elm
    b | - | - | ash
    b/y | - | fir | -
    ! directory/file a
    ! directory/file b`,
  'a file turns into a directory here and is deleted there': `
    d | oak | - | - | -
    d/x | - | elm | - | elm`,
  'names that sort between a directory and its slash': `
    d | - | oak | -
    d-1 | elm | elm 1=l | elm 8=r
    d.txt | ash | - | =
    d/x | - | - | fir
    d0 | - | yew | yew
    ! directory/file d`,
  'names that sort between a directory and its slash, and nothing in the way': `
    d | oak | - | = | -
    d-1 | elm | elm 1=l | elm 8=r | elm 1=l 8=r
    d.txt | ash | - | = | -
    d/x | - | fir | - | fir
    d0 | - | yew | yew | yew`,
});
