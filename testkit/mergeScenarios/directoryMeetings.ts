// Merge scenarios of a directory that one side moves while the other side's moves, additions or deletions meet it. What a directory's
// move is at all: directoryRenames.ts.
import { scenarios } from './notation.ts';

/** A directory in which one file is edited, by the side that is shown on the right. */
const beside = (files: number): string =>
  Array.from({ length: files }, (_, i) => (i === 0 ? 'beside/edited | yew | = | yew 4=r | >' : `beside/f${i} | yew${i}, | = | = | =`)).join('\n');

const withoutMerged = (rows: string): string => rows.replaceAll(/ \| [^|]*$/gm, '');

export const meeting = scenarios({
  'the other side moves a file into it': `
    a/x | oak | - | =
    a/y | elm | - | =
    c/f | ash | = | -
    a/f | - | - | ash
    b/x | - | oak | -
    b/y | - | elm | -
    ! directory rename b/f`,
  'the other side moves a file into it and edits it': `
    a/x | oak | - | =
    f | ash | ash 0=l | -
    a/f | - | - | ash 9=r
    b/x | - | oak | -
    ! directory rename b/f`,
  'the other side renames a file within it': `
    a/x | oak | - | -
    a/y | elm | - | =
    a/z | - | - | oak
    b/x | - | oak | -
    b/y | - | elm | -
    ! rename/rename a/x
    ! rename/rename b/x
    ! rename/rename b/z`,
  'the other side moves a file out of it': `
    a/x | oak | - | -
    a/y | elm | - | =
    q | - | - | oak
    b/x | - | oak | -
    b/y | - | elm | -
    ! rename/rename a/x
    ! rename/rename b/x
    ! rename/rename q`,
  'the other side adds, and the same name was added where it went': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/new | - | fir | -
    ! directory rename b/new`,
  'the other side adds at both places': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/new | - | - | fir
    ! directory rename b/new`,
  'the other side adds, and the base has that name where it went': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/new | fir | = | =
    ! directory rename b/new`,
  'the other side moves a file within it, and the base has that name where it went': `
    a/x | oak | - | =
    a/s/f | elm | - | -
    a/f | - | - | elm
    b/x | - | oak | -
    b/f | fir | = | =
    ! rename/delete a/f`,
  'the other side moves a file within it, and the base has a directory of that name where it went': `
    a/x | oak | - | =
    a/s/f | elm | - | -
    a/f | - | - | elm
    b/x | - | oak | -
    b/f/z | fir | = | =
    ! rename/delete a/f`,
  'the other side adds, and a directory is in its way': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/new/z | - | - | fir
    ! directory rename b/new`,
  'two directories move to one, and the other side adds the same name to both': `
    a/x | oak | - | =
    b/y | elm | - | =
    a/new | - | - | ash
    b/new | - | - | fir
    c/x | - | oak | -
    c/y | - | elm | -
    ! directory rename c/new`,
  'two directories move to one, and the other side adds different names': `
    a/x | oak | - | =
    b/y | elm | - | =
    a/m | - | - | ash
    b/n | - | - | fir
    c/x | - | oak | -
    c/y | - | elm | -
    ! directory rename c/m
    ! directory rename c/n`,
  'each side moves a directory and adds to that of the other': `
    a/x | oak | - | =
    c/y | elm | = | -
    b/x | - | oak | -
    d/y | - | - | elm
    a/r | - | - | ash
    c/l | - | fir | -
    ! directory rename b/r
    ! directory rename d/l`,
  'one side moves a to b, the other b to c': `
    a/x | oak | - | =
    b/y | elm | = | -
    b/x | - | oak | -
    c/y | - | - | elm
    ! directory rename c/x`,
  'one side moves a to b, the other b to c and adds to a': `
    a/x | oak | - | =
    b/y | elm | = | -
    b/x | - | oak | -
    c/y | - | - | elm
    a/new | - | - | ash
    ! directory rename c/x`,
  'each side moves its directory to where the other\'s was': `
    a/x | oak | - | = | -
    b/y | elm | = | - | -
    b/x | - | oak | - | oak
    a/y | - | - | elm | elm`,
  'a directory and a folder of it move to different places': `
    a/x | oak | - | =
    a/s/y | elm | - | =
    a/new | - | - | ash
    a/s/new | - | - | fir
    b/x | - | oak | -
    c/y | - | elm | -
    ! directory rename b/new
    ! directory rename c/new`,
  'a directory moves into itself, the other side adds': `
    a/x | oak | - | = | -
    a/a/x | - | oak | - | oak
    a/new | - | - | ash | ash`,
  'a directory moves, the other side puts a file in its place': `
    a/x | oak | - | -
    b/x | - | oak | -
    a | - | - | ash
    ! rename/delete b/x`,
  'a directory moves, the other side puts a symlink in its place and moves it too': `
    a/x | oak | - | - | -
    b/x | - | oak | oak | oak
    a | - | - | -> b | -> b`,
  'a directory moves to where the other side adds a file': `
    a/x | oak | - | oak 4=r
    b/x | - | oak | -
    b | - | - | ash
    ! directory/file b`,
  'a directory moves, the other side makes one of its files a symlink': `
    a/x | oak | - | -> y
    a/y | elm | - | =
    b/x | - | oak | -
    b/y | - | elm | -
    ! modify/delete b/x`,
  'a directory moves, the other side makes one of its files a directory': `
    a/x | oak | - | -
    a/y | elm | - | =
    a/x/z | - | - | ash
    b/x | - | oak | -
    b/y | - | elm | -
    ! rename/delete b/x`,
  'one added alike by both, one of which moved the directory': `
    a/x | oak | - | =
    a/new | - | - | ash
    b/x | - | oak | -
    b/new | - | ash | -
    ! directory rename b/new`,
  'a folder moves one level up, the other side moves a file into it from there': `
    a/c/y | elm | - | =
    a/y | - | elm | -
    a/f | oak | = | -
    a/c/f | - | - | oak
    ! directory rename a/f`,
  // git 2.39 calls these two clean and has lost what was in f, in m and in v: a rename that leads back to where it began
  'a folder moves one level up, the other side moves a file into it from there and edits it': `
    a/c/y | elm | - | =
    a/y | - | elm | -
    a/f | oak | oak 1=l | -
    a/c/f | - | - | oak 8=r
    ! directory rename a/f
    git clean, clean: 0014`,
  'two directories move to each other\'s place': `
    a/m | ash | - | =
    a/v | oak | - | oak 2=n
    b/m | - | ash | -
    b/v | - | oak 2=n | -
    b/e/y | elm | = | -
    a/e/x | - | - | elm
    ! directory rename a/m
    ! directory rename a/v
    git clean, clean: 0014`,
  // enough of another directory makes git start again, with some of what it knew about these forgotten
  'two directories move to each other\'s place, with much beside them that is edited by one': `
    a/m | ash | - | =
    a/v | oak | - | oak 2=n
    b/m | - | ash | -
    b/v | - | oak 2=n | -
    b/e/y | elm | = | -
    a/e/x | - | - | elm
    ${withoutMerged(beside(40))}
    ! directory rename a/m
    ! directory rename a/v`,
  // git 2.39 calls it clean, and has the text of the new file in q
  'the other side adds, and where it went the base had a file of that name, which went on': `
    a/x | oak | - | =
    b/m | elm | - | -
    b/x | - | oak | -
    q | - | elm | -
    a/m | - | - | ash
    ! directory rename b/m
    ! rename/delete q
    git clean, clean: 0014`,
  'each side moves a file to where the other\'s was, and one of the two is deleted as well': `
    a/x | oak | - | -
    b/x | - | oak | -
    b/e/y | elm | = | -
    a/e/y | - | - | elm
    ! directory rename a/x
    git fails, fails: 0014`,
  'each side moves a folder to where the other\'s was, and one of the two is deleted as well': `
    d/e/y | oak | - | -
    c/e/y | - | - | oak
    c/n | - | - | fir
    c/f/v | elm | - | =
    d/f/v | - | elm | -
    ! directory rename d/e/y
    ! directory rename d/n
    git fails, fails: 0014`,
  'the other side moves a file into it from where it went': `
    a/x | oak | - | = | -
    b/m | elm | = | - | -
    b/x | - | oak | - | oak
    a/m | - | - | elm | elm`,
  'the other side moves a file into it from where it went, and there it goes on': `
    a/x | oak | - | =
    b/m | elm | - | -
    b/x | - | oak | -
    q | - | elm | -
    a/m | - | - | elm
    ! rename/rename a/m
    ! rename/rename b/m
    ! rename/rename q`,
  'a directory moves, the other side adds a folder to it, with much beside them that is edited by one': `
    a/x | oak | - | oak 4=r | -
    a/s/y | ash | - | = | -
    b/x | - | oak | - | oak 4=r
    b/s/y | - | ash | - | ash
    a/new/n | - | - | elm | elm
    ${beside(40)}`,
  'a directory moves, the other side adds to it, with much beside them that is edited by one': `
    a/x | oak | - | oak 4=r
    b/x | - | oak | -
    a/new | - | - | elm
    ! directory rename b/new
    ${withoutMerged(beside(40))}`,
  'names decide where the files of a moved directory went': `
    a/x | oak | - | oak 4=r | -
    a/y | oak | - | oak 5=s | -
    b/y | - | oak | - | oak 5=s
    b/x | - | oak | - | oak 4=r`,
  'the same names in two moved directories': `
    a/m | oak | - | oak 4=r | -
    b/m | elm | - | elm 4=s | -
    c/m | - | oak 9=l | - | oak 4=r 9=l
    d/m | - | elm 9=l | - | elm 4=s 9=l`,
  'files come back to the place that the other side moved their new directory to, and one comes with them': `
    a/c/f/v | oak | oak | -
    d/f/v | - | - | oak
    d/e/a | ash | - | ash
    a/c/e/a | - | ash | -
    a/c/x | - | elm | -
    ! directory rename d/e/a
    ! directory rename d/x`,
});
