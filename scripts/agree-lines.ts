// Holds the line engine against git in bulk: change scripts (histogram and Myers) of at least 20,000 file pairs and merges
// of at least 50,000 file triples, verdict, bytes and conflict markers. Prints the counts; exits 1 on any difference.
//   node scripts/agree-lines.ts [seed] [size: 1 is the full run]
import { diffLines, diffLinesMyers } from '../app/core/diff/diff.ts';
import { Interner } from '../app/core/lines.ts';
import { hunksConflict, mergeLines, mergeMarked } from '../app/core/merge3.ts';
import { requireGit } from '../testkit/git.ts';
import { type Hardness, filePair, fileTriple, gitMerges, gitScripts } from '../testkit/lines.ts';
import { Random } from '../testkit/random.ts';

const seed = Number(process.argv[2] ?? 1);
const size = Number(process.argv[3] ?? 1);
const plan: Readonly<Record<Hardness, { readonly pairs: number; readonly merges: number; readonly batch: number }>> = {
  tiny: { pairs: 12_000, merges: 32_000, batch: 8000 },
  code: { pairs: 6000, merges: 13_000, batch: 4000 },
  frequent: { pairs: 3000, merges: 6000, batch: 2000 },
  large: { pairs: 600, merges: 1200, batch: 300 },
  huge: { pairs: 20, merges: 20, batch: 10 },
};

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const latin1 = (content: Uint8Array): string => Buffer.from(content).toString('latin1');
const marks = { a: bytes('a'), b: bytes('b') };
let wrong = 0;

function report(what: string, texts: readonly string[], ours: string, git: string): void {
  wrong++;
  if (wrong <= 5) console.log(`DIFFERS ${what}: ${JSON.stringify(texts).slice(0, 3000)}\n  ours ${ours.slice(0, 800)}\n  git  ${git.slice(0, 800)}`);
}

function batches(total: number, batch: number): number[] {
  const whole = Math.ceil(total * size);
  return Array.from({ length: Math.ceil(whole / batch) }, (_, i) => Math.min(batch, whole - i * batch));
}

function comparePairs(hardness: Hardness, count: number, random: Random): number {
  const pairs = Array.from({ length: count }, () => filePair(random, hardness));
  for (const [algorithm, diff] of [['histogram', diffLines], ['myers', diffLinesMyers]] as const) {
    const expected = gitScripts(pairs, algorithm);
    pairs.forEach((pair, i) => {
      const interner = new Interner();
      const [a, b] = pair.map((text) => interner.internLines(bytes(text))) as [Uint32Array, Uint32Array];
      const script = diff(a, b).join();
      if (script !== expected[i]!.join()) report(`${hardness} ${algorithm}`, pair, script, expected[i]!.join());
    });
  }
  return pairs.filter(([a, b]) => a !== b).length;
}

function compareMerges(hardness: Hardness, count: number, random: Random): number {
  const triples = Array.from({ length: count }, () => fileTriple(random, hardness));
  const expected = gitMerges(triples);
  triples.forEach((texts, i) => {
    const interner = new Interner();
    const [base, a, b] = texts.map((text) => interner.internLines(bytes(text))) as [Uint32Array, Uint32Array, Uint32Array];
    const hunksTo = (side: Uint32Array) => {
      const script = diffLines(base, side);
      return Array.from({ length: script.length / 4 }, (_, k) => ({
        start: script[4 * k]!, end: script[4 * k + 1]!,
        removed: base.subarray(script[4 * k], script[4 * k + 1]), inserted: side.subarray(script[4 * k + 2], script[4 * k + 3]),
      }));
    };
    const git = expected[i]!;
    const merge = mergeLines(base, a, b);
    const marked = latin1(mergeMarked(base, a, b, interner, marks).bytes);
    if (merge.clean === git.conflict || hunksConflict(hunksTo(a), hunksTo(b)).length > 0 !== git.conflict) report(`${hardness} verdict`, texts, String(merge.clean), git.text);
    else if (merge.clean && latin1(interner.join(merge.lines)) !== git.text) report(`${hardness} bytes`, texts, latin1(interner.join(merge.lines)), git.text);
    else if (marked !== git.text) report(`${hardness} markers`, texts, marked, git.text);
  });
  return expected.filter((m) => m.conflict).length;
}

console.log(`git ${requireGit().text}, seed ${seed}`);
let allPairs = 0, allMerges = 0;
for (const [hardness, { pairs, merges, batch }] of Object.entries(plan) as [Hardness, typeof plan.tiny][]) {
  const random = new Random(seed);
  let pairCount = 0, differing = 0, mergeCount = 0, conflicts = 0;
  for (const count of batches(pairs, batch)) { differing += comparePairs(hardness, count, random); pairCount += count; }
  for (const count of batches(merges, batch)) { conflicts += compareMerges(hardness, count, random); mergeCount += count; }
  allPairs += pairCount;
  allMerges += mergeCount;
  console.log(`${hardness}: ${pairCount} pairs (${differing} not equal) by two algorithms, ${mergeCount} merges (${conflicts} conflict)`);
}
console.log(`${allPairs} pairs, ${allMerges} merges, ${wrong} differences from git`);
process.exitCode = wrong === 0 ? 0 : 1;
