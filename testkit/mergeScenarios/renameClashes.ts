// Merge scenarios of renames that meet each other, a deletion, or a file of the same name.
import { scenarios } from './notation.ts';

export const twoRenames = scenarios({
  'renamed alike': `
    old | oak | - | - | -
    new | - | oak | oak | oak`,
  'renamed alike, edited far apart': `
    old | oak | - | - | -
    new | - | oak 1=l | oak 8=r | oak 1=l 8=r`,
  'renamed alike, edited in one place': `
    old | oak | - | -
    new | - | oak 4=l | oak 4=r
    ! content new`,
  'renamed alike, made executable by one, edited by the other': `
    old | oak | - | - | -
    new | - | oak +x | oak 4=r | oak 4=r +x`,
  'renamed alike, a symlink': `
    old | -> a | - | - | -
    new | - | -> a | -> a | -> a`,
  'renamed alike, but for one side it is too different to be a rename': `
    old | oak | - | -
    new | - | oak 0=l | elm
    ! rename/delete new`,
  'renamed to two names': `
    old | oak | - | -
    l | - | oak | -
    r | - | - | oak
    ! rename/rename l
    ! rename/rename old
    ! rename/rename r`,
  'renamed to two names and edited far apart': `
    old | oak | - | -
    l | - | oak 1=l | -
    r | - | - | oak 8=r
    ! rename/rename l
    ! rename/rename old
    ! rename/rename r`,
  'renamed to two directories': `
    d/f | oak | - | -
    l/f | - | oak | -
    r/f | - | - | oak
    ! rename/rename d/f
    ! rename/rename l/f
    ! rename/rename r/f`,
  'renamed to two names, one of which the other side takes': `
    old | oak | - | -
    l | - | oak | elm
    r | - | - | oak
    ! rename/rename l
    ! rename/rename old
    ! rename/rename r`,
  'renamed to two names, each taken by the other side': `
    old | oak | - | -
    l | - | oak | elm
    r | - | ash | oak
    ! rename/rename l
    ! rename/rename old
    ! rename/rename r`,
  'renamed to two names, one of them a directory of the other side': `
    old | oak | - | -
    l | - | oak | -
    l/r | - | - | oak
    ! rename/rename l
    ! rename/rename l/r
    ! rename/rename old`,
  'two files renamed to one name': `
    a | oak | - | oak 8=r
    b | elm | elm 1=l | -
    n | - | oak | elm
    ! rename/add n`,
  'two files renamed to one name, that nobody else touches': `
    a | oak | - | =
    b | elm | = | -
    n | - | oak | elm
    ! add/add n`,
  'two files renamed to one name and made equal': `
    a | oak | - | = | -
    b | oak 0=b | = | - | -
    n | - | oak 0=n | oak 0=n | oak 0=n`,
  'two files renamed to one name, one of them executable': `
    a | oak | - | oak 8=r
    b | elm +x | elm 1=l +x | -
    n | - | oak | elm +x
    ! rename/add n`,
  'two symlinks renamed to one name': `
    a | -> a | - | =
    b | -> b | = | -
    n | - | -> a | -> b
    ! symlink n`,
  'a file and a symlink renamed to one name': `
    a | oak | - | oak 4=r
    b | -> b | -> c | -
    n | - | oak | -> b
    ! add/add n`,
  'both sides exchange two files': `
    a | oak | elm | elm | elm
    b | elm | oak | oak | oak`,
  'one side exchanges two files': `
    a | oak | elm | = | elm
    b | elm | oak | = | oak`,
  'one side exchanges two files, the other edits one': `
    a | oak | elm | oak 4=r
    b | elm | oak | =
    ! content a`,
  'one side moves each file to the next name': `
    a | oak | - | oak 4=r
    b | elm | oak | elm 4=s
    c | - | elm | -
    ! content b
    ! modify/delete a`,
  'each side puts one file in the other\'s place': `
    a | oak | - | elm
    b | elm | oak | -
    ! modify/delete a
    ! modify/delete b`,
  'three files go round on one side': `
    a | oak | elm | = | elm
    b | elm | ash | = | ash
    c | ash | oak | = | oak
    d | fir | = | fir 4=r | >`,
  'one side renames, the other renames another to the old name': `
    a | oak | - | elm | -
    b | elm | = | - | -
    c | - | oak | - | elm`,
  'one side renames to the name that the other renames away': `
    a | oak | - | oak 4=r
    b | elm | oak | -
    c | - | - | elm
    ! modify/delete a`,
  'both sides rename in turn: a to b here, b to c there': `
    a | oak | - | = | -
    b | elm | oak 0=l | - | -
    c | - | - | elm | oak 0=l`,
});

export const against = scenarios({
  'renamed and deleted': `
    old | oak | - | -
    new | - | oak | -
    ! rename/delete new`,
  'renamed, edited and deleted': `
    old | oak | - | -
    new | - | oak 4=l | -
    ! rename/delete new`,
  'a symlink renamed and deleted': `
    old | -> a | - | -
    new | - | -> a | -
    ! rename/delete new`,
  'renamed to another directory and deleted with its own': `
    d/f | oak | - | -
    d/g | elm | = | -
    e/f | - | oak | -
    ! rename/delete e/f`,
  'deleted, and rewritten beyond recognition under a new name': `
    old | oak | - | - | -
    new | - | elm | - | elm`,
  'renamed onto a file that the other side adds, left alone there': `
    old | oak | - | =
    new | - | oak | elm
    ! add/add new`,
  'renamed onto a file that the other side adds, edited there': `
    old | oak | - | oak 4=r
    new | - | oak | elm
    ! rename/add new`,
  'renamed onto an equal file that the other side adds': `
    old | oak | - | = | -
    new | - | oak | oak | oak`,
  'renamed and edited onto an equal file that the other side adds, with the same edit at the old name': `
    old | oak | - | oak 4=n | -
    new | - | oak 4=n | oak 4=n | oak 4=n`,
  'renamed onto a file that both have, edited at the old name': `
    old | oak | - | oak 9=r
    new | - | oak 4=n | oak 4=n
    ! rename/add new
    git clean, clean: 0014`,
  'renamed onto a file that both have, with another edit in the same place': `
    old | oak | - | oak 4=r
    new | - | oak 4=n | oak 4=n
    ! rename/add new
    git clean, clean: 0014`,
  'renamed onto a symlink that the other side adds': `
    old | oak | - | oak 4=r
    new | - | oak | -> a
    ! add/add new`,
  'renamed onto a submodule that the other side adds': `
    old | oak | - | oak 4=r
    new | - | oak | #1
    ! add/add new`,
  'renamed onto an empty file that the other side adds': `
    old | oak | - | oak 4=r | -
    new | - | oak | empty | oak 4=r`,
  'renamed onto an executable file that the other side adds': `
    old | oak | - | oak 4=r
    new | - | oak | elm +x
    ! rename/add new`,
  'renamed here, deleted there, and its new name taken there': `
    old | oak | - | -
    new | - | oak | elm
    ! rename/delete new`,
  'renamed here, deleted there, and its new name taken there by the same content': `
    old | oak | - | - | -
    new | - | oak | oak | oak`,
  'renamed here, and copied to the same name there, the old one rewritten': `
    old | oak | - | elm
    new | - | oak | oak 8=r
    ! rename/add new`,
  'renamed here, and its old name taken again on the same side': `
    old | oak | elm | oak 4=r
    new | - | oak | -
    ! content old`,
  'two files renamed here, both deleted there': `
    a | oak | - | -
    b | elm | - | -
    c | - | oak | -
    d | - | elm | -
    ! rename/delete c
    ! rename/delete d`,
  'one file renamed to two names, another deleted': `
    old | oak | - | -
    l | - | oak | -
    r | - | - | oak
    gone | elm | - | =
    ! rename/rename l
    ! rename/rename old
    ! rename/rename r`,
});
