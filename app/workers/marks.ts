// How a verdict looks, once for list, graph, conflicts and diff: a shape and a name. Colour comes from the theme, so that
// no meaning hangs on colour alone.

/** What an ACU is to the current composition; `resolvable` and `risk`, with `conflicts` and `stale`, are what a conflict's verdict is, `decided` is one that a person has answered; `order` is a set's. */
export const marks = ['unknown', 'in', 'fits', 'needs', 'conflicts', 'unable', 'stale', 'inexact', 'resolvable', 'risk', 'order', 'decided'] as const;
export type Mark = (typeof marks)[number];

/** Outlines in a 12 × 12 box, filled with the even-odd rule: read by SVG and by Path2D alike. */
export const shapes: Readonly<Record<Mark, string>> = {
  unknown: 'M6 4.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4Z',
  // a filled square with a tick cut out of it
  in: 'M2.5 1h7A1.5 1.5 0 0 1 11 2.5v7A1.5 1.5 0 0 1 9.5 11h-7A1.5 1.5 0 0 1 1 9.5v-7A1.5 1.5 0 0 1 2.5 1ZM5.2 8.9 9.6 4.2 8.5 3.2 5.1 6.8 3.5 5.3 2.5 6.3Z',
  // a disc
  fits: 'M6 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8Z',
  // a plus
  needs: 'M4.7 1.2h2.6v3.5h3.5v2.6H7.3v3.5H4.7V7.3H1.2V4.7h3.5Z',
  // a cross
  conflicts: 'M2.9 1.2 6 4.3l3.1-3.1 1.7 1.7L7.7 6l3.1 3.1-1.7 1.7L6 7.7l-3.1 3.1-1.7-1.7L4.3 6 1.2 2.9Z',
  // a bar
  unable: 'M1.5 4.8h9v2.4h-9Z',
  // a ring with a bar through it
  stale: 'M6 1.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 1 1 0-9.6ZM6 2.6a3.4 3.4 0 1 0 0 6.8a3.4 3.4 0 1 0 0-6.8ZM3.6 5.3h4.8v1.4H3.6Z',
  // a hollow lozenge
  inexact: 'M6 .8 11.2 6 6 11.2.8 6ZM6 2.9 2.9 6 6 9.1 9.1 6Z',
  // a filled lozenge
  resolvable: 'M6 1 11 6 6 11 1 6Z',
  // a triangle
  risk: 'M6 1.2 11.4 10.6H.6Z',
  // two arrows, to and fro
  order: 'M7.4 1 11 3.6 7.4 6.2V4.5H1.4V2.7h6ZM4.6 5.8V7.5h6v1.8h-6V11L1 8.4Z',
  // a tick
  decided: 'M4.8 10.4 11 3.6 9.5 2.2 4.7 7.4 2.5 5.3 1 6.8Z',
};

export const markNames: Readonly<Record<Mark, string>> = {
  unknown: 'not known yet', in: 'in the composition', fits: 'fits', needs: 'needs others', conflicts: 'conflicts',
  unable: 'cannot be composed', stale: 'needs a rebase', inexact: 'not yet exact', resolvable: 'resolvable', risk: 'risk', order: 'order-sensitive', decided: 'decided by hand',
};

/** The theme's token that colours a mark. */
export const markToken: Readonly<Record<Mark, string>> = {
  unknown: '--ink-3', in: '--accent', fits: '--fits', needs: '--needs', conflicts: '--conflicts', unable: '--ink-3', stale: '--stale', inexact: '--stale', resolvable: '--needs', risk: '--risk', order: '--conflicts', decided: '--fits',
};
