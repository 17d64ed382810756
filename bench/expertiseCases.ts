// Changes of a real history to judge suggestions by: for each, what was known the second before, who made it, and what the two obvious
// answers say. Changes by bots and agents are not judged, and neither is ever suggested.
import { type Choices, Expertise, figures } from '../app/core/collaboration/expertise.ts';
import { Experience } from '../app/core/collaboration/experience.ts';
import type { History } from '../app/core/collaboration/model.ts';

/** Commits of more files are sweeps (a formatter, a rename of everything): who makes them knows none of the files better. */
export const SWEEP = 30;

export interface Case {
  readonly choices: Choices;
  /** place of the actual author in `choices`; -1: not among them */
  readonly actual: number;
  /** files of the commit */
  readonly files: number;
  /** the history did not know the file before */
  readonly isNew: boolean;
  /** the author never committed before */
  readonly newcomer: boolean;
  /** the actual author is among the last three distinct ones of the path; among the three with most lines */
  readonly byLast: boolean; readonly byLines: boolean;
}

/** The changes of commits from share `from` to share `to` of the history, in the order of their dates; of every `stride`th commit. */
export function* casesOf(history: History, from: number, to: number, stride = 1): Generator<Case> {
  const { people, time, author, touch, file } = history, experience = new Experience(history), expertise = new Expertise(experience);
  const { order, commitsFrom, commits, directories } = experience;
  for (let n = Math.floor(from * order.length); n < Math.floor(to * order.length); n += stride) {
    const commit = order[n]!, person = author[commit]!, files = touch[commit + 1]! - touch[commit]!;
    if (people[person]!.kind !== 'person' || files === 0 || files > SWEEP) continue;
    experience.to(time[commit]! - 1);
    for (let t = touch[commit]!; t < touch[commit + 1]!; t++) {
      const f = file[t]!, isNew = commits[commitsFrom[f]!] === commit;
      const choices = expertise.choices(isNew ? undefined : f, directories.of[f]!), sums = experience.files, all: number[] = [];
      for (let s = sums.head[f]!; s >= 0; s = sums.next[s]!) if (people[sums.person[s]!]!.kind === 'person') all.push(s);
      const first = (by: Float64Array): boolean => all.sort((x, y) => by[y]! - by[x]! || sums.last[y]! - sums.last[x]!).slice(0, 3).some((s) => sums.person[s] === person);
      yield { choices, actual: choices.people.indexOf(person), files, isNew, newcomer: experience.last[person] === -Infinity, byLast: first(sums.last), byLines: first(sums.lines) };
    }
  }
}

/** The three likeliest, as places in the choices. */
export function topThree(likely: Float64Array): number[] {
  const top: number[] = [];
  for (let i = 0; i < likely.length; i++) {
    let at = top.length;
    while (at > 0 && likely[top[at - 1]!]! < likely[i]!) at--;
    if (at < 3) { top.splice(at, 0, i); top.length = Math.min(3, top.length); }
  }
  return top;
}

export const FIGURES = figures.length;

/** A bare repository is named by its folder, without what such folders are called everywhere. */
export const nameOfRepository = (gitDir: string): string =>
  gitDir.split('/').filter((part) => part !== '' && part !== '.git' && part !== 'repo').at(-1)!.replace(/\.git$/, '').replace(/^.*\+/, '');
