// Outlines of partitions: around all its nodes and a little room, convex, with round corners.

/** What lies between a node and the outline around it, in the graph's units; and how many corners a round corner has. */
const ROOM = 11, CORNERS = 12;
const around = Array.from({ length: CORNERS }, (_, k) => [ROOM * Math.cos(2 * Math.PI * k / CORNERS), ROOM * Math.sin(2 * Math.PI * k / CORNERS)] as const);

/** x and y of each corner, in order. */
export function outlineOf(positions: Float32Array, nodes: readonly number[]): Float32Array {
  const corners = hull(nodes.map((i) => [positions[2 * i]!, positions[2 * i + 1]!] as const));
  return Float32Array.from(hull(corners.flatMap(([x, y]) => around.map(([dx, dy]) => [x + dx, y + dy] as const))).flat());
}

type Point = readonly [x: number, y: number];

/** The convex hull (Andrew 1979). */
function hull(points: readonly Point[]): readonly Point[] {
  const sorted = points.toSorted((p, q) => p[0] - q[0] || p[1] - q[1]);
  const half = (list: readonly Point[]): Point[] => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length > 1 && turn(out[out.length - 2]!, out[out.length - 1]!, p) <= 0) out.pop();
      out.push(p);
    }
    out.pop();
    return out;
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.toReversed())];
}

const turn = (o: Point, p: Point, q: Point): number => (p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]);
