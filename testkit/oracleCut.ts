// Cutting history into segments, straight from the definition in design.md §2: the judge's own way, slow and obvious, sharing no code with
// core/segments.ts.

/**
 * Segments by definition: group commits by the sources that reach them; where a group has several heads, group again by the heads that reach each
 * commit, until each group has one.
 */
export function cut(parents: ReadonlyMap<string, readonly string[]>, tips: ReadonlyMap<string, string>): { commits: Set<string>; tip: string; sources: string[] }[] {
  const below = new Map<string, Set<string>>();
  const reachable = (from: string): Set<string> => {
    let set = below.get(from);
    if (set !== undefined) return set;
    set = new Set([from]);
    const queue = [from];
    for (let c = queue.pop(); c !== undefined; c = queue.pop()) {
      for (const p of parents.get(c) ?? []) if (parents.has(p) && !set.has(p)) { set.add(p); queue.push(p); }
    }
    below.set(from, set);
    return set;
  };
  const split = (commits: Iterable<string>, key: (c: string) => string): Set<string>[] => {
    const groups = new Map<string, Set<string>>();
    for (const c of commits) {
      const k = key(c);
      groups.set(k, (groups.get(k) ?? new Set()).add(c));
    }
    return [...groups.values()];
  };

  const reachedBy = new Map<string, string[]>();
  for (const [name, tip] of tips) for (const c of parents.has(tip) ? reachable(tip) : []) reachedBy.set(c, [...(reachedBy.get(c) ?? []), name]);

  const done: { commits: Set<string>; tip: string; sources: string[] }[] = [];
  const open = split(reachedBy.keys(), (c) => reachedBy.get(c)!.join('\n'));
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    // Whatever lies between two members is a member, so a member that another reaches is some member's parent.
    const beneath = new Set([...group].flatMap((c) => parents.get(c)!));
    const heads = [...group].filter((c) => !beneath.has(c));
    if (heads.length === 1) done.push({ commits: group, tip: heads[0]!, sources: reachedBy.get(heads[0]!)! });
    else open.push(...split(group, (c) => heads.filter((h) => reachable(h).has(c)).join('\n')));
  }
  return done;
}
