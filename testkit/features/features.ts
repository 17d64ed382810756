// What generated sources do to each other, one function per feature, by kind. Each makes a handful of sources that meet in the way its name
// says; everyday edits around them (World.finish) mix the features with each other.
import { bases } from './bases.ts';
import { bytes } from './bytes.ts';
import { crowds } from './crowds.ts';
import { crossings } from './crossed.ts';
import { directories } from './directories.ts';
import { lines } from './lines.ts';
import { paths } from './paths.ts';
import { registers } from './registers.ts';
import { renames } from './renames.ts';
import { stacks } from './stacks.ts';
import type { Make } from './frame.ts';

/** git finds no rename in any of these. Their order is part of what a seed means. */
export const still = { ...stacks, ...lines, ...registers, ...paths, ...bytes, ...bases } satisfies Record<string, Make>;
/** These rename, or stand on several others at once. */
export const wild = { ...renames, ...directories, ...crossings, ...crowds } satisfies Record<string, Make>;
export const features = { ...still, ...wild } satisfies Record<string, Make>;
export type Feature = keyof typeof features;
