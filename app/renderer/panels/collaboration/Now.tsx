// The three questions at a glance: left whose work is about to collide, in the middle what speaks for it and who knows the place, right who takes what.
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { PredictedPair, TalkPair } from '../../../core/collaboration/report.ts';
import { openAcus, openConflict } from '../../app/collaboration.ts';
import { Empty } from '../../components/atoms.tsx';
import { useCollaboration } from '../../state/collaboration.ts';
import type { Chosen } from '../../state/collaboration.ts';
import { useReplica } from '../../state/replica.ts';
import { grouped, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { Board } from './Board.tsx';
import { Detail } from './Detail.tsx';
import { Lines } from './Lines.tsx';
import { useNames } from './names.ts';
import { NothingThen } from './Nothing.tsx';
import { Answer, Likely, PartHead, Person } from './parts.tsx';
import { useAsked } from './useAsked.ts';
import type { Answered } from './useAsked.ts';
import { evidenceWords, headline, reasonWords, subjectOf } from './words.ts';

/** Lines of a list at most; what is cut is said. */
export const MOST_LINES = 500;

const talkKey = ({ a, b }: Pick<TalkPair, 'a' | 'b'>): string => `${a} ${b}`;
const pairKey = ({ a, b }: Pick<PredictedPair, 'a' | 'b'>): string => `${a} ${b}`;

export function Now() {
  const layout = useDefaultLayout({ id: 'acumen.collaboration', storage: localStorage }), left = useDefaultLayout({ id: 'acumen.collide', storage: localStorage });
  const talk = useAsked('talk', 'talk', (api, asked) => api.talk(asked, MOST_LINES)),
    predicted = useAsked('predictions', 'predictions', (api, asked) => api.predictions(asked, MOST_LINES));
  const chosen = useCollaboration((s) => s.chosen), shown = chosen ?? firstOf(talk.value, predicted.value);
  return (
    <Group orientation="horizontal" className="fill" {...layout}>
      <Panel id="pane-collide" defaultSize="34%" minSize="250px">
        <Group orientation="vertical" className="fill" {...left}>
          <Panel id="pane-talk" defaultSize="52%" minSize="90px"><Talk talk={talk} shown={shown} /></Panel>
          <Separator className="split-h" />
          <Panel id="pane-predicted" minSize="90px"><Predicted predicted={predicted} shown={shown} /></Panel>
        </Group>
      </Panel>
      <Separator className="split-v" />
      <Panel id="pane-detail" defaultSize="31%" minSize="240px"><Detail chosen={shown} /></Panel>
      <Separator className="split-v" />
      <Panel id="pane-board" minSize="260px"><Board /></Panel>
    </Group>
  );
}

/** The most urgent, where nobody has chosen yet. */
function firstOf(talk: readonly TalkPair[] | null, predicted: readonly PredictedPair[] | null): Chosen | null {
  const [pair] = talk ?? [], [likely] = predicted ?? [];
  return pair !== undefined ? { kind: 'talk', ...pair } : likely !== undefined ? { kind: 'predicted', ...likely } : null;
}

function Talk({ talk, shown }: { talk: Answered<readonly TalkPair[]>; shown: Chosen | null }) {
  const enter = ({ evidence }: TalkPair): void => {
    const subject = evidence.map(subjectOf).find((one) => one !== null);
    if (subject?.kind === 'conflict') void openConflict(subject.a, subject.b, subject.path); else if (subject !== undefined && subject !== null) openAcus(subject.ids);
  };
  return (
    <section className="panel" aria-labelledby="head-talk" aria-busy={talk.waiting}>
      <PartHead title="Who should talk" headingId="head-talk" {...countOf(talk.value?.length)}><Measure of={talk}>need, 0 to 1</Measure></PartHead>
      <Answer of={talk} waitingFor="Looking for people who meet">
        {(pairs) => pairs.length === 0
          ? <Nobody />
          : (
            <Lines items={pairs} label="Who should talk" testId={ids.talk} rowHeight={46} keyOf={(pair) => talkKey(pair)}
              chosen={shown?.kind === 'talk' ? talkKey(shown) : null} onChoose={(pair) => useCollaboration.setState({ chosen: { kind: 'talk', ...pair } })}
              onEnter={enter}
              line={TalkLine} />
          )}
      </Answer>
    </section>
  );
}

function TalkLine({ item: { a, b, need, evidence } }: { item: TalkPair }) {
  const { names } = useNames(), first = headline(evidence);
  return (
    <>
      <span className="line-head">
        <Person index={a} />
        <span className="muted">and</span>
        <Person index={b} />
        <span className="spacer" />
        <Likely value={need} what="Need to talk" words={need.toFixed(2)} />
      </span>
      <span className="line-tail small muted truncate">
        {first === null ? 'no single thing stands out' : evidenceWords(first, names)}
        {evidence.length > 1 && ` · ${plural(evidence.length - 1, 'more reason')}`}
      </span>
    </>
  );
}

/** What would fill the list. */
function Nobody() {
  const then = useCollaboration((s) => s.asOf !== null && s.overview?.counts.flying === 0);
  const authors = useReplica((s) => new Set(s.rows.map((row) => row.email || row.author)).size);
  if (then) return <NothingThen />;
  if (authors === 0) return <Empty title="Nothing is in flight">Import branches or patches of several people: whoever changes the same places is listed here.</Empty>;
  if (authors === 1) return <Empty title="One author has all work in flight">As soon as somebody else has a branch near theirs, both are listed here.</Empty>;
  return <Empty title="Nobody needs to talk">No two people's work in flight conflicts, is predicted to, or lies close together.</Empty>;
}

function Predicted({ predicted, shown }: { predicted: Answered<readonly PredictedPair[]>; shown: Chosen | null }) {
  return (
    <section className="panel" aria-labelledby="head-predicted" aria-busy={predicted.waiting}>
      <PartHead title="Predicted conflicts" headingId="head-predicted" {...countOf(predicted.value?.length)}><Measure of={predicted}>likely</Measure></PartHead>
      <Answer of={predicted} waitingFor="Predicting">
        {(pairs) => pairs.length === 0
          ? <Empty title="No conflict is predicted">
              Pairs that do not conflict yet are listed here once they come near one another: the same file, or files that change together.
            </Empty>
          : (
            <Lines items={pairs} label="Predicted conflicts" testId={ids.predicted} rowHeight={46} keyOf={(pair) => pairKey(pair)}
              chosen={shown?.kind === 'predicted' ? pairKey(shown) : null}
              onChoose={(pair) => useCollaboration.setState({ chosen: { kind: 'predicted', ...pair } })} onEnter={({ a, b }) => openAcus([a, b])}
              line={PredictedLine} />
          )}
      </Answer>
    </section>
  );
}

function PredictedLine({ item: { a, b, probability, reasons } }: { item: PredictedPair }) {
  const { acu } = useNames(), [strongest] = reasons.toSorted((x, y) => y.weight - x.weight);
  return (
    <>
      <span className="line-head">
        <span className="truncate">{acu(a)}</span>
        <span className="muted">×</span>
        <span className="truncate">{acu(b)}</span>
        <span className="spacer" />
        <Likely value={probability} what="Likely to conflict" />
      </span>
      <span className="line-tail small muted truncate">{strongest === undefined ? 'no single thing stands out' : reasonWords(strongest)}</span>
    </>
  );
}

/** What the figures at the end of the lines are, where there are lines. */
function Measure({ of, children }: { of: Answered<readonly unknown[]>; children: string }) {
  return of.value === null || of.value.length === 0 ? null : <span className="tiny muted">{children}</span>;
}

const countOf = (n: number | undefined): { readonly count?: string } => (n === undefined ? {} : { count: n >= MOST_LINES ? `the first ${grouped(n)}` : grouped(n) });
