// What people know of a path, figured out the slow way: every figure by a walk over all commits up to the moment.
import type { History } from '../app/core/collaboration/model.ts';

const DAY = 86_400, SOME = 0.05;
const up = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const isIn = (path: string, directory: string): boolean => directory === '' || path.startsWith(`${directory}/`);

/** The seven figures of a person for a file, as `figures` of expertise.ts names them; `files` of the file's co-change are by its latest 100 commits. */
export function figuresOf(history: History, asOf: number, file: number, person: number): number[] {
  const { time, author, touch, people, files } = history, path = files[file]!.path, directory = up(path);
  const until = Array.from(time.keys()).filter((c) => time[c]! <= asOf);
  const touches = (c: number): number[] => Array.from({ length: touch[c + 1]! - touch[c]! }, (_, i) => touch[c]! + i);
  const old = (c: number, days: number): number => 2 ** (-(asOf - time[c]!) / (days * DAY));
  const sum = (of: (c: number) => number): number => until.reduce((all, c) => all + of(c), 0);
  const on = (c: number, f: number): number => touches(c).filter((t) => history.file[t] === f).length;
  const by = (c: number, p: number): number => Number(author[c] === p);

  const lines = (p: number | null): number => sum((c) => (p === null ? 1 : by(c, p)) * touches(c).reduce((all, t) => all + (history.file[t] === file ? history.added[t]! : 0), 0));
  const last = (p: number): number => Math.max(-Infinity, ...until.filter((c) => author[c] === p && on(c, file) > 0).map((c) => time[c]!));
  const weight = (p: number): number => sum((c) => by(c, p) * on(c, file) * old(c, 90));
  const before = [...people.keys()].filter((p) => people[p]!.kind === 'person' && last(p) > -Infinity)
    .sort((p, q) => last(q) - last(p) || p - q).indexOf(person);
  const place = (d: string): number => sum((c) => by(c, person) * old(c, 30) * Math.min(1, 30 / touches(c).length) * touches(c).filter((t) => isIn(files[history.file[t]!]!.path, d)).length);

  const partners = new Map<number, number>();
  for (const c of until.filter((c) => on(c, file) > 0).sort((x, y) => time[y]! - time[x]! || y - x).slice(0, 100)) {
    const others = touches(c).map((t) => history.file[t]!).filter((f) => f !== file);
    if (others.length >= 1 && others.length <= 19) for (const f of others) partners.set(f, (partners.get(f) ?? 0) + 1 / others.length);
  }
  const closest = [...partners].sort((x, y) => Math.abs(x[1] - y[1]) > 1e-12 ? y[1] - x[1] : x[0] - y[0]).slice(0, 10);
  const together = closest.reduce((all, [f, w]) => all + w * sum((c) => by(c, person) * on(c, f) * old(c, 90)), 0);
  const idle = asOf - Math.max(-Infinity, ...until.filter((c) => author[c] === person).map((c) => time[c]!));
  const here = Math.max(0, ...until.filter((c) => author[c] === person && touches(c).some((t) => isIn(files[history.file[t]!]!.path, directory))).map((c) => time[c]!));
  const all = lines(null);
  return [
    Math.log(SOME + weight(person)), before < 0 ? 0 : 1 / (1 + before), all === 0 ? 0 : lines(person) / all,
    -Math.log(1 + (asOf - here) / 3600), Math.log(SOME + place(up(directory))), Math.log(SOME + together), -Math.log(1 + idle / 3600),
  ];
}
