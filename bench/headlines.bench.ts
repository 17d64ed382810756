// Which commit says what a branch is about, held to the title that people gave the request when it was merged: in many projects the squash or the merge
// on the main branch still has it. Beside the last commit, and whichever comes closest. ACUMEN_BENCH_REPOS: git directories with refs/pull, separated by spaces.
import type { ByteString, Oid } from '../app/core/bytes.ts';
import { speaker, titleOf } from '../app/core/headline.ts';
import type { Commit } from '../app/core/repository.ts';
import { git } from '../testkit/git.ts';
import { nameOfRepository } from './expertiseCases.ts';
import type { Benchmark, Row } from './report.ts';

/** Requests of several commits that are judged of one repository: evenly spread over all that were merged. More commits than the other are a line of development. */
const MOST = 300, LONGEST = 60;
/** Words that most titles have whatever they are about. */
const COMMON = new Set('a add an and build chore ci docs feat fix for in is of on perf refactor style test the to update with'.split(' '));

const signature = { name: '' as ByteString, email: '' as ByteString, time: 0, offset: 0 };
const wordsOf = (title: string): ReadonlySet<string> => new Set((title.replace(/\(#\d+\)/g, '').toLowerCase().match(/[a-z\d]+/g) ?? []).filter((word) => !COMMON.has(word)));

/** F1 of the words of two titles. */
function likeness(a: string, b: string): number {
  const x = wordsOf(a), y = wordsOf(b);
  return x.size + y.size === 0 ? 1 : 2 * x.intersection(y).size / (x.size + y.size);
}

/** Title and the commit merged onto, of each request whose merge says it. */
function* merged(dir: string): Iterable<{ readonly number: string; readonly title: string; readonly onto: string }> {
  for (const record of git(dir, ['log', '--first-parent', '--format=%P%x00%s%x00%b%x01', 'HEAD']).split('\x01\n')) {
    const [parents = '', subject = '', body = ''] = record.split('\0'), onto = parents.split(' ')[0]!;
    const squashed = /^(.*) \(#(\d+)\)$/.exec(subject), [, request] = /^Merge pull request #(\d+) from/.exec(subject) ?? [];
    if (squashed !== null) yield { number: squashed[2]!, title: squashed[1]!, onto };
    else if (request !== undefined && body.trim() !== '') yield { number: request, title: body.trim().split('\n')[0]!, onto };
  }
}

function judge(dir: string): { readonly requests: number; readonly ours: number; readonly last: number; readonly closest: number } {
  const heads = new Map(git(dir, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/pull']).split('\n').flatMap((line) => { const found = /^refs\/pull\/(\d+)\/head (.+)$/.exec(line); return found === null ? [] : [[found[1]!, found[2] as Oid] as const]; }));
  const all = [...merged(dir)].filter(({ number, onto }) => heads.has(number) && onto !== ''), stride = Math.max(1, Math.floor(all.length / (3 * MOST)));
  const n = { requests: 0, ours: 0, last: 0, closest: 0 };
  for (let i = 0; i < all.length && n.requests < MOST; i += stride) {
    const { number, title, onto } = all[i]!, own = git(dir, ['log', '--topo-order', '--format=%H%x00%P%x00%s', `${onto}..${heads.get(number)!}`]).split('\n').filter(Boolean)
      .map((line): Commit => { const [oid, parents, subject] = line.split('\0') as [Oid, string, ByteString]; return { oid, tree: oid, parents: parents.split(' ').filter(Boolean) as Oid[], author: signature, committer: signature, message: subject }; });
    if (own.length < 2 || own.length > LONGEST) continue;
    const commits = new Map(own.map((one) => [one.oid, one])), like = (one: Commit): number => 100 * likeness(title, titleOf(one));
    n.requests++;
    n.ours += like(speaker(own[0]!, [...commits.keys()], commits));
    n.last += like(own[0]!);
    n.closest += Math.max(...own.map(like));
  }
  const of = (sum: number): number => sum / Math.max(1, n.requests);
  return { requests: n.requests, ours: of(n.ours), last: of(n.last), closest: of(n.closest) };
}

const benchmark: Benchmark = {
  what: `how near the title of the commit that speaks for a branch comes to the title people gave its request: F1 of words in %, of up to ${MOST} merged requests of several commits of each of ACUMEN_BENCH_REPOS`,
  run: async () => {
    const dirs = (process.env['ACUMEN_BENCH_REPOS'] ?? '').split(' ').filter((dir) => dir !== '');
    if (dirs.length === 0) process.stderr.write('Skipped: ACUMEN_BENCH_REPOS names no repositories.\n');
    return dirs.flatMap((dir): Row[] => {
      const name = nameOfRepository(dir), { requests, ours, last, closest } = judge(dir);
      return [
        { metric: `headline_${name}`, value: ours, unit: '%', peer: 'last commit', peerValue: last },
        { metric: `headline_closest_${name}`, value: closest, unit: '%' }, { metric: `headline_requests_${name}`, value: requests, unit: 'requests' },
      ];
    });
  },
};
export default benchmark;
