// Merge scenarios of files that one side renames: what follows them, and which files are renames at all.
import { scenarios } from './notation.ts';

export const followed = scenarios({
  'renamed by one, left alone by the other': `
    old | oak | - | = | -
    new | - | oak | - | oak`,
  'renamed by one, edited by the other': `
    old | oak | - | oak 4=r | -
    new | - | oak | - | oak 4=r`,
  'renamed and edited by one, edited elsewhere by the other': `
    old | oak | - | oak 8=r | -
    new | - | oak 1=l | - | oak 1=l 8=r`,
  'renamed and edited by one, edited in the same place by the other': `
    old | oak | - | oak 4=r
    new | - | oak 4=l | -
    ! content new`,
  'renamed by one, made executable by the other': `
    old | oak | - | oak +x | -
    new | - | oak | - | oak +x`,
  'renamed and made executable by one, edited by the other': `
    old | oak | - | oak 4=r | -
    new | - | oak +x | - | oak 4=r +x`,
  'renamed and made executable by one, made executable by the other': `
    old | oak | - | oak +x | -
    new | - | oak +x | - | oak +x`,
  'renamed by one, made a symlink by the other': `
    old | oak | - | -> a
    new | - | oak | -
    ! modify/delete new`,
  'renamed by one, made a submodule by the other': `
    old | oak | - | #1
    new | - | oak | -
    ! modify/delete new`,
  'a symlink renamed by one, turned by the other': `
    old | -> a | - | -> b | -
    new | - | -> a | - | -> b`,
  'a symlink renamed and turned by one, turned by the other': `
    old | -> a | - | -> b
    new | - | -> c | -
    ! modify/delete old`,
  'a symlink renamed by one, made a file by the other': `
    old | -> a | - | oak
    new | - | -> a | -
    ! modify/delete new`,
  'a submodule renamed by one, moved on by the other': `
    old | #1 | - | #2 | -
    new | - | #1 | - | #2`,
  'a binary renamed by one, changed by the other': `
    old | oak bin | - | oak bin 4=r | -
    new | - | oak bin | - | oak bin 4=r`,
  'a binary renamed and changed by one, changed by the other': `
    old | oak bin | - | oak bin 8=r
    new | - | oak bin 1=l | -
    ! binary new`,
  'a file without a last end renamed by one, given one by the other': `
    old | oak noeol | - | oak | -
    new | - | oak noeol | - | oak`,
  'renamed by one, emptied by the other': `
    old | oak | - | empty | -
    new | - | oak | - | empty`,
  'renamed by one, rewritten by the other': `
    old | oak | - | elm | -
    new | - | oak | - | elm`,
  'renamed into a directory': `
    old | oak | - | oak 4=r | -
    d/old | - | oak | - | oak 4=r`,
  'renamed out of a directory': `
    d/e/old | oak | - | oak 4=r | -
    old | - | oak | - | oak 4=r
    d/other | elm | = | = | =`,
  'renamed from one directory to another': `
    d/old | oak | - | oak 4=r | -
    e/new | - | oak 0=l | - | oak 0=l 4=r
    d/other | elm | = | = | =`,
  'renamed into a directory of its own name': `
    f | oak | - | oak 4=r | -
    f/f | - | oak | - | oak 4=r`,
  'renamed to the name of its own directory': `
    d/f | oak | - | oak 4=r | -
    d | - | oak | - | oak 4=r`,
  'two files renamed, one by each side': `
    a | oak | - | oak 4=r | -
    b | elm | elm 4=l | - | -
    c | - | oak | - | oak 4=r
    d | - | - | elm | elm 4=l`,
  'renamed by one, with an addition under a name that neither had': `
    old | oak | - | oak 4=r | -
    new | - | oak | - | oak 4=r
    other | - | - | elm | elm`,
});

export const found = scenarios({
  'half of it kept is a rename': `
    old | oak | - | oak 9=r | -
    new | - | oak 0..4~elm | - | oak 0..4~elm 9=r`,
  'a byte less than half is none': `
    old | oak | - | oak 9=r
    new | - | oak 0..4~elm 0+x | -
    ! modify/delete old`,
  'far less than half is none': `
    old | oak | - | oak 9=r
    new | - | oak 0..7~elm | -
    ! modify/delete old`,
  'grown to just twice its size is a rename': `
    old | oak | - | oak 0=r | -
    new | - | oak 10+elm_0_and_some_more_of_it,elm_1_and_some_more_of_it,elm_2_and_some_more_of_it,elm_3_and_some_more_of_it,elm_4_and_some_more_of_it | - | oak 0=r 10+elm_0_and_some_more_of_it,elm_1_and_some_more_of_it,elm_2_and_some_more_of_it,elm_3_and_some_more_of_it,elm_4_and_some_more_of_it`,
  'grown beyond twice its size is none': `
    old | oak:4 | - | oak:4 0=r
    new | - | oak:9 | -
    ! modify/delete old`,
  'cut to less than half is none': `
    old | oak | - | oak 0=r
    new | - | oak:4 | -
    ! modify/delete old`,
  'an equal file goes before a similar one': `
    old | oak | - | oak 4=r | -
    alike | - | oak 9=l | - | <
    equal | - | oak | - | oak 4=r`,
  'an equal file goes before a similar one of the same name': `
    d/f | oak | - | oak 4=r | -
    e/f | - | oak 9=l | - | <
    other | - | oak | - | oak 4=r`,
  'the more similar file goes before the less': `
    old | oak | - | oak 4=r | -
    a | - | oak 7..9=l | - | <
    b | - | oak 9=l | - | oak 4=r 9=l`,
  'a file of the same name, three quarters equal, goes before a more similar one': `
    d/f | oak | - | oak 4=r | -
    e/f | - | oak 0..1~elm | - | oak 0..1~elm 4=r
    g | - | oak 0~elm | - | <`,
  'a file of the same name, less than three quarters equal, does not': `
    d/f | oak | - | oak 4=r | -
    e/f | - | oak 0..2~elm | - | <
    g | - | oak 0~elm | - | oak 0~elm 4=r`,
  'of two equally similar files that of the same name is it': `
    d/f | oak | - | oak 9=r | -
    a | - | oak 0..3~elm | - | <
    e/f | - | oak 0..3~ash | - | oak 0..3~ash 9=r`,
  'of two equally similar files the first is it': `
    old | oak | - | oak 9=r | -
    a | - | oak 0..3~elm | - | oak 0..3~elm 9=r
    b | - | oak 0..3~ash | - | <`,
  'of two equal copies the first is it': `
    old | oak | - | oak 9=r | -
    a | - | oak | - | oak 9=r
    b | - | oak | - | oak`,
  'of two equal copies the first is it, whatever its name': `
    d/f | oak | - | oak 9=r | -
    a | - | oak | - | oak 9=r
    e/f | - | oak | - | oak`,
  'two equal files renamed: the first goes to the first name': `
    a | oak | - | oak 9=r | -
    b | oak | - | oak 0=s | -
    m | - | oak | - | oak 9=r
    n | - | oak | - | oak 0=s`,
  'two equal files renamed: each goes to its own name': `
    d/a | oak | - | oak 9=r | -
    d/b | oak | - | oak 0=s | -
    e/b | - | oak | - | oak 0=s
    f/a | - | oak | - | oak 9=r`,
  'two equal files, one of which went: the first is taken for it': `
    a | oak | - | oak 9=r | -
    b | oak | - | = | -
    m | - | oak | - | oak 9=r`,
  'two equal files, one of which went: an edit of the second has nowhere to go': `
    a | oak | - | =
    b | oak | - | oak 9=r
    m | - | oak | -
    ! modify/delete b`,
  'a copy is no rename': `
    f | oak | = | oak 4=r | oak 4=r
    g | - | oak | - | oak`,
  'a copy of a file that is then rewritten is no rename': `
    f | oak | elm | oak 4=r
    g | - | oak | -
    ! content f`,
  'an empty file is never renamed': `
    old | empty | - | oak
    new | - | empty | -
    ! modify/delete old`,
  'a file put in another\'s place is no rename': `
    a | oak | - | oak 4=r
    b | elm | oak | =
    ! modify/delete a`,
  'a symlink and a file of the same bytes are no rename': `
    old | abc, noeol | - | abd, noeol
    new | - | -> abc | -
    ! modify/delete old`,
  'a file and a submodule are no rename': `
    old | oak | - | oak 4=r
    new | - | #1 | -
    ! modify/delete old`,
  'a similar symlink is no rename': `
    old | -> some/long/path/to/a/file/of/that/name/one | - | -> elsewhere
    new | - | -> some/long/path/to/a/file/of/that/name/two | -
    ! modify/delete old`,
  'line ends changed throughout are still a rename': `
    old | oak | - | oak +x | -
    new | - | oak crlf | - | oak crlf +x`,
  'the order of lines does not count': `
    old | a_line_of_text,b_line_of_text,c_line_of_text,d_line_of_text, | - | a_line_of_text,b_line_of_text,c_line_of_text,d_line_of_text, +x | -
    new | - | d_line_of_text,c_line_of_text,b_line_of_text,a_line_of_text, | - | d_line_of_text,c_line_of_text,b_line_of_text,a_line_of_text, +x`,
  'one long line, half equal, is a rename': `
    old | oak | - | oak +x | -
    new | - | oak noeol | - | oak noeol +x`,
  'a deletion that nobody minds needs no new name': `
    old | oak | - | = | -
    a | - | oak 9=l | - | <
    b | - | - | oak 8=r | >`,
});
