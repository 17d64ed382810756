// Merge scenarios of one path's content: edits that meet or pass each other, ends of lines, empty files, binary files, and files that both
// sides add. Situations every three-way merge knows, in our own words.
import { scenarios } from './notation.ts';

export const contents = scenarios({
  'edits far apart both stand': `
    f | oak | oak 1=l | oak 8=r | oak 1=l 8=r`,
  'only one side edits': `
    f | oak | oak 1=l 5- 9+l | = | <
    g | elm | = | = | =`,
  'two answers to one line': `
    f | oak | oak 4=l | oak 4=r
    ! content f`,
  'the same edit on both sides': `
    f | oak | oak 4=n | oak 4=n | oak 4=n`,
  'the same edit on both sides, and one more of each': `
    f | oak | oak 0=l 4=n | oak 4=n 9=r | oak 0=l 4=n 9=r`,
  'the same edit with a neighbour that only one side edits': `
    f | oak | oak 4=n 5=l | oak 4=n
    ! content f`,
  'neighbouring lines touch': `
    f | oak | oak 4=l | oak 5=r
    ! content f`,
  'one line between two edits is enough': `
    f | oak | oak 4=l | oak 6=r | oak 4=l 6=r`,
  'edits that alternate': `
    f | oak | oak 0=l 4=l 8=l | oak 2=r 6=r | oak 0=l 2=r 4=l 6=r 8=l`,
  'ranges that overlap': `
    f | oak | oak 2..5=l | oak 4..7=r
    ! content f`,
  'a range within another': `
    f | oak | oak 2..7=l | oak 4=r
    ! content f`,
  'the same lines deleted': `
    f | oak | oak 2..5- | oak 2..5- | oak 2..5-`,
  'deletions that overlap': `
    f | oak | oak 2..5- | oak 4..7-
    ! content f`,
  'deletions side by side': `
    f | oak | oak 2..3- | oak 4..5-
    ! content f`,
  'deletions with a line between them': `
    f | oak | oak 2..3- | oak 5..6- | oak 2..3- 5..6-`,
  'an edit inside what the other deletes': `
    f | oak | oak 2..7- | oak 5=r
    ! content f`,
  'an edit just before a deletion': `
    f | oak | oak 3=l | oak 4..6-
    ! content f`,
  'an edit just after a deletion': `
    f | oak | oak 7=l | oak 4..6-
    ! content f`,
  'an edit one line away from a deletion': `
    f | oak | oak 8=l | oak 4..6- | oak 4..6- 8=l`,
  'an insertion at the upper edge of a deletion': `
    f | oak | oak 4+l | oak 4-
    ! content f`,
  'an insertion at the lower edge of a deletion': `
    f | oak | oak 5+l | oak 4-
    ! content f`,
  'an insertion inside a deletion': `
    f | oak | oak 4+l | oak 3..5-
    ! content f`,
  'an insertion at the edge of an edit': `
    f | oak | oak 5+l | oak 4=r
    ! content f`,
  'insertions in one gap': `
    f | oak | oak 4+l | oak 4+r
    ! content f`,
  'equal insertions in one gap': `
    f | oak | oak 4+n,m | oak 4+n,m | oak 4+n,m`,
  'insertions in one gap that begin alike': `
    f | oak | oak 4+n | oak 4+n,m
    ! content f`,
  'insertions around one line': `
    f | oak | oak 4+l | oak 5+r | oak 4+l 5+r`,
  'one side at the top, the other at the bottom': `
    f | oak | oak 0+l | oak 10+r | oak 0+l 10+r`,
  'both at the top': `
    f | oak | oak 0+l | oak 0+r
    ! content f`,
  'both at the bottom': `
    f | oak | oak 10+l | oak 10+r
    ! content f`,
  'the last line deleted, another appended': `
    f | oak | oak 9- | oak 10+r
    ! content f`,
  'a block repeated by both at different places': `
    f | a,b,c,a,b,c, | a,b,c,n,a,b,c, | a,b,c,a,b,c,n, | a,b,c,n,a,b,c,n,`,
  'blank lines around what is inserted': `
    f | a,,b,,c,,d, | a,,l,,b,,c,,d, | a,,b,,c,,r,,d, | a,,l,,b,,c,,r,,d,`,
  'white space counts': `
    f | oak 4=a_b | oak 4=a__b | oak 4=a_b_
    ! content f`,
  'white space alone on one side': `
    f | oak 4=a_b | oak 4=a__b | oak 4=a_b 8=r | oak 4=a__b 8=r`,
  'rewritten on one side': `
    f | oak | elm | = | elm`,
  'rewritten on one side, edited on the other': `
    f | oak | elm | oak 4=r
    ! content f`,
  'rewritten on both': `
    f | oak | elm | ash
    ! content f`,
  'rewritten alike': `
    f | oak | elm | elm | elm`,
  'two files, one of which conflicts': `
    f | oak | oak 1=l | oak 8=r
    g | elm | elm 5=l | elm 5=r
    ! content g`,
  'two files that both conflict': `
    f | oak | oak 8=l | oak 8=r
    g | elm | elm 5=l | elm 5=r
    ! content f
    ! content g`,
  'one side undoes nothing of what it never had': `
    f | oak | oak 0=l 9=l | oak 5=r | oak 0=l 5=r 9=l
    g | elm | elm 3=l | = | <
    h | ash | = | ash 3=r | >`,
});

export const lineEnds = scenarios({
  'a last line without its end is left alone': `
    f | oak noeol | oak 0=l noeol | oak 5=r noeol | oak 0=l 5=r noeol`,
  'the last end taken away, an edit far above': `
    f | oak | oak noeol | oak 2=r | oak 2=r noeol`,
  'the last end added, an edit far above': `
    f | oak noeol | oak | oak 2=r noeol | oak 2=r`,
  'the last end taken away by both': `
    f | oak | oak noeol | oak noeol | oak noeol`,
  'the last end taken away, the last line edited': `
    f | oak | oak noeol | oak 9=r
    ! content f`,
  'the last end taken away, a line appended': `
    f | oak | oak noeol | oak 10+r
    ! content f`,
  'the last end added, a line appended': `
    f | oak noeol | oak | oak 10+r noeol
    ! content f`,
  'line ends changed throughout, one line edited': `
    f | oak | oak crlf | oak 4=r
    ! content f`,
  'line ends changed throughout, nothing edited': `
    f | oak | oak crlf | = | <`,
  'line ends changed alike': `
    f | oak | oak crlf | oak crlf | oak crlf`,
  'a file of carriage returns edited in two places': `
    f | oak crlf | oak crlf 1=l | oak crlf 8=r | oak crlf 1=l 8=r`,
  'emptied by both': `
    f | oak | empty | empty | empty`,
  'emptied on one side': `
    f | oak | empty | = | empty`,
  'emptied on one side, edited on the other': `
    f | oak | empty | oak 4=r
    ! content f`,
  'an empty file filled on one side': `
    f | empty | oak | = | oak`,
  'an empty file filled alike': `
    f | empty | oak | oak | oak`,
  'an empty file filled by both': `
    f | empty | oak | elm
    ! content f`,
  'an empty file filled with more or less of the same': `
    f | empty | oak:5 | oak
    ! content f`,
  'a single line edited by both': `
    f | one, | two, | three,
    ! content f`,
  'a single line without an end, given one and edited': `
    f | one, noeol | one, | two, noeol
    ! content f`,
});

export const binaries = scenarios({
  'a binary file changed on one side': `
    f | oak bin | oak bin 3=l | = | <`,
  'a binary file changed on both, far apart': `
    f | oak bin | oak bin 1=l | oak bin 8=r
    ! binary f`,
  'a binary file changed alike': `
    f | oak bin | oak bin 3=n | oak bin 3=n | oak bin 3=n`,
  'a text that becomes binary against an edit': `
    f | oak | oak bin | oak 8=r
    ! binary f`,
  'a binary that becomes text on both sides': `
    f | oak bin | oak 1=l | oak 8=r
    ! binary f`,
  'a binary that becomes text alike': `
    f | oak bin | oak | oak | oak`,
  'a binary changed on one side, made executable on the other': `
    f | oak bin | oak bin 3=l | oak bin +x | oak bin 3=l +x`,
  'a binary deleted by one, changed by the other': `
    f | oak bin | - | oak bin 3=r
    ! modify/delete f`,
  'binaries added, unequal': `
    f | - | oak bin | elm bin
    ! binary f`,
  'binaries added, equal': `
    f | - | oak bin | oak bin | oak bin`,
  'a binary added against a text': `
    f | - | oak bin | oak
    ! binary f`,
  'a NUL beyond what git looks at leaves a text': `
    f | oak:400 | oak:400 380=\\0 | oak:400 10=r | oak:400 10=r 380=\\0`,
});

export const added = scenarios({
  'added by one': `
    f | oak | = | = | =
    g | - | elm | - | elm`,
  'added by both, equal': `
    g | - | elm | elm | elm`,
  'added by both, different': `
    g | - | elm | ash
    ! add/add g`,
  'added by both, nearly equal: there is no base to say which edit is whose': `
    g | - | elm 1=l | elm 8=r
    ! add/add g`,
  'added by both, one the beginning of the other': `
    g | - | elm:6 | elm
    ! add/add g`,
  'added by both, one of them empty': `
    g | - | empty | elm | elm`,
  'added by both, both empty': `
    g | - | empty | empty | empty`,
  'added by both, equal but for the last end': `
    g | - | elm | elm noeol
    ! add/add g`,
  'added by both, equal but for the mode': `
    g | - | elm | elm +x
    ! mode g`,
  'added by both, equal and executable': `
    g | - | elm +x | elm +x | elm +x`,
  'added by both, different in content and mode': `
    g | - | elm | ash +x
    ! add/add g`,
  'added empty and executable, and with content': `
    g | - | empty +x | elm
    ! mode g`,
  'added by both among other edits': `
    f | oak | oak 1=l | oak 8=r | oak 1=l 8=r
    d/g | - | elm | elm | elm
    d/h | - | ash | - | ash
    d/i | - | - | fir | fir`,
  'added as a file and as a symlink': `
    g | - | elm | -> elsewhere
    ! add/add g`,
  'added as a file and as a submodule': `
    g | - | elm | #1
    ! add/add g`,
  'added as a symlink and as a submodule': `
    g | - | -> elsewhere | #1
    ! add/add g`,
  'added as symlinks, equal': `
    g | - | -> there | -> there | -> there`,
  'added as symlinks, unequal': `
    g | - | -> here | -> there
    ! symlink g`,
  'added as submodules, equal': `
    g | - | #1 | #1 | #1`,
  'added as submodules, unequal': `
    g | - | #1 | #2
    ! submodule g`,
  'added to an empty base by both': `
    a | - | oak | - | oak
    b | - | - | elm | elm
    c | - | ash | ash | ash`,
});
