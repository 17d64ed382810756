// Merge scenarios of what is decided whole: deletions, modes, types, symlinks, submodules.
import { scenarios } from './notation.ts';

export const deletions = scenarios({
  'deleted by one': `
    f | oak | - | = | -
    g | elm | = | = | =`,
  'deleted by both': `
    f | oak | - | - | -
    g | elm | = | = | =`,
  'everything deleted by one, something else by the other': `
    f | oak | - | - | -
    g | elm | - | = | -`,
  'deleted and edited': `
    f | oak | - | oak 4=r
    ! modify/delete f`,
  'deleted and rewritten': `
    f | oak | - | elm
    ! modify/delete f`,
  'deleted and emptied': `
    f | oak | - | empty
    ! modify/delete f`,
  'deleted and made executable': `
    f | oak | - | oak +x
    ! modify/delete f`,
  'a symlink deleted and turned elsewhere': `
    f | -> a | - | -> b
    ! modify/delete f`,
  'a submodule deleted and moved on': `
    f | #1 | - | #2
    ! modify/delete f`,
  'deleted and made a symlink': `
    f | oak | - | -> a
    ! modify/delete f`,
  'a directory deleted, one file of it edited': `
    d/f | oak | - | oak 4=r
    d/g | elm | - | =
    ! modify/delete d/f`,
  'a directory deleted, a file added to it': `
    d/f | oak | - | = | -
    d/g | elm | - | = | -
    d/n | - | - | ash | ash`,
  'a directory deleted by both, in parts': `
    d/f | oak | - | = | -
    d/g | elm | = | - | -
    e | ash | = | = | =`,
});

export const modes = scenarios({
  'made executable by one': `
    f | oak | oak +x | = | oak +x`,
  'made executable by both': `
    f | oak | oak +x | oak +x | oak +x`,
  'made plain by one': `
    f | oak +x | oak | = | oak`,
  'made executable by one, edited by the other': `
    f | oak | oak +x | oak 4=r | oak 4=r +x`,
  'made plain by one, edited by the other': `
    f | oak +x | oak | oak 4=r +x | oak 4=r`,
  'made executable and edited, and edited far away': `
    f | oak | oak 1=l +x | oak 8=r | oak 1=l 8=r +x`,
  'made executable by both, edited by both': `
    f | oak | oak 1=l +x | oak 8=r +x | oak 1=l 8=r +x`,
  'made executable by one, edited by both in one place': `
    f | oak | oak 4=l +x | oak 4=r
    ! content f`,
  'an empty file made executable by one, filled by the other': `
    f | empty | empty +x | oak | oak +x`,
  'a symlink that becomes a file of one mode and of the other': `
    f | -> a | oak | oak +x
    ! mode f`,
});

export const types = scenarios({
  'a file becomes a symlink': `
    f | oak | -> a | = | -> a`,
  'a file becomes a symlink on both sides': `
    f | oak | -> a | -> a | -> a`,
  'a file becomes two symlinks': `
    f | oak | -> a | -> b
    ! symlink f`,
  'a file becomes a symlink against an edit': `
    f | oak | -> a | oak 4=r
    ! type f`,
  'a file becomes a symlink against a mode': `
    f | oak | -> a | oak +x
    ! type f`,
  'a file becomes a submodule': `
    f | oak | #1 | = | #1`,
  'a file becomes a submodule against an edit': `
    f | oak | #1 | oak 4=r
    ! type f`,
  'a file becomes two submodules': `
    f | oak | #1 | #2
    ! submodule f`,
  'a file becomes a symlink here and a submodule there': `
    f | oak | -> a | #1
    ! type f`,
  'a symlink becomes a file': `
    f | -> a | oak | = | oak`,
  'a symlink becomes a file against a new target': `
    f | -> a | oak | -> b
    ! type f`,
  'a symlink becomes one file on both sides': `
    f | -> a | oak | oak | oak`,
  'a symlink becomes two files': `
    f | -> a | oak 1=l | oak 8=r
    ! content f`,
  'a symlink becomes a file, and an empty one': `
    f | -> a | oak | empty | oak`,
  'a symlink becomes a file with its own target as content': `
    f | -> a | a, noeol | = | a, noeol`,
  'a symlink becomes a submodule': `
    f | -> a | #1 | = | #1`,
  'a submodule becomes a file': `
    f | #1 | oak | = | oak`,
  'a submodule becomes a file against a move': `
    f | #1 | oak | #2
    ! type f`,
  'a submodule becomes a file and goes away': `
    f | #1 | oak | -
    ! modify/delete f`,
});

export const links = scenarios({
  'a symlink turned elsewhere by one': `
    f | -> a | -> b | = | -> b`,
  'a symlink turned alike by both': `
    f | -> a | -> b | -> b | -> b`,
  'a symlink turned two ways': `
    f | -> a | -> b | -> c
    ! symlink f`,
  'a symlink deleted by one': `
    f | -> a | - | = | -
    g | oak | = | = | =`,
  'a symlink follows nothing: its target may be edited': `
    f | -> g | -> h | = | -> h
    g | oak | = | oak 4=r | >`,
  'a submodule moved by one': `
    f | #1 | #2 | = | #2`,
  'a submodule moved alike by both': `
    f | #1 | #2 | #2 | #2`,
  'a submodule moved two ways': `
    f | #1 | #2 | #3
    ! submodule f`,
  'a submodule deleted by one': `
    f | #1 | - | = | -
    g | oak | = | = | =`,
  'a submodule added by one, beside a file of the other': `
    f | - | #1 | - | #1
    g | - | - | oak | oak`,
  'a submodule moved by one, a file beside it by the other': `
    d/f | #1 | #2 | = | #2
    d/g | oak | = | oak 4=r | >`,
});
