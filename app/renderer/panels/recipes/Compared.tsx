// Two recipes, or one and the composition, side by side: which ACUs are in one alone, and which files of their trees differ.
import { display } from '../../../core/bytes.ts';
import { visible } from '../../../core/visible.ts';
import type { ComparedAcu, ComparedFile } from '../../../contract/recipes.ts';
import * as recipes from '../../app/recipes.ts';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { Spinner } from '../../components/atoms.tsx';
import { nameThen } from '../../state/replica.ts';
import { answerWords } from '../../state/recipes.ts';
import type { RecipesState } from '../../state/recipes.ts';
import { plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { outcomeMarks } from '../composition/Rebound.tsx';

/** Lines shown of each list. */
const SHOWN = 60;
const signs: Readonly<Record<ComparedFile['kind'], string>> = { add: '+', delete: '−', modify: '±' };

export function Compared({ compared: { a, b, answer }, names }: { compared: NonNullable<RecipesState['compared']>; names: readonly string[] }) {
  const called = (name: string | null): string => (name === null ? 'the composition' : visible(name, 160));
  return (
    <div className="recipe-compared" role="group" aria-label={`${called(a)} compared with ${called(b)}`} data-testid={ids.recipeCompared} data-state={answer === null ? 'asking' : 'here'}>
      <div className="recipes-head">
        <strong className="truncate">{called(a)}</strong><span className="muted">with</span>
        <select className="field" aria-label="Compare with" value={b ?? ''} onChange={(event) => { void recipes.compare(a, event.target.value === '' ? null : event.target.value); }}>
          <option value="">the composition</option>
          {names.filter((name) => name !== a).map((name) => <option key={name} value={name}>{visible(name, 160)}</option>)}
        </select>
        <span className="spacer" />
        <button type="button" className="button quiet small icon" aria-label="Close the comparison" title="Close the comparison" onClick={() => { void recipes.compare(null, null); }}><Icon name="close" size={12} /></button>
      </div>
      {answer === null ? <Spinner /> : (
        <>
          <div className="compared-sides">
            <Side title={`Only in ${called(a)}`} acus={answer.onlyA} />
            <Side title={`Only in ${called(b)}`} acus={answer.onlyB} />
            <Side title="In both" acus={answer.both} />
          </div>
          {answer.files === null
            ? <p className="small tone-conflicts">{[...answer.treeA === null ? [called(a)] : [], ...answer.treeB === null ? [called(b)] : []].join(' and ')} {answer.treeA === null && answer.treeB === null ? 'do' : 'does'} not compose now: there are no two trees to compare.</p>
            : answer.files.length === 0 ? <p className="small muted">Their trees are the same.</p>
            : (
              <details className="largest-names" open={answer.files.length <= 12}>
                <summary>{plural(answer.files.length, 'file')} of their trees {answer.files.length === 1 ? 'differs' : 'differ'}</summary>
                <ul className="compared-files">{answer.files.slice(0, SHOWN).map(({ path, kind }) => <li key={path} className="truncate mono small"><span aria-label={kind}>{signs[kind]}</span> {visible(display(path), 300)}</li>)}{answer.files.length > SHOWN && <li className="muted">and {plural(answer.files.length - SHOWN, 'more', 'more')}</li>}</ul>
              </details>
            )}
        </>
      )}
    </div>
  );
}

function Side({ title, acus }: { title: string; acus: readonly ComparedAcu[] }) {
  return (
    <section aria-label={title}>
      <h3 className="small">{title} <span className="muted tabular">{acus.length}</span></h3>
      <ul className="small" tabIndex={0}>
        {acus.slice(0, SHOWN).map(({ id, name, outcome }) => <li key={`${id} ${outcome ?? ''}`} className="truncate" title={outcome === null ? '' : answerWords({ outcome, why: '' })}><Glyph mark={outcome === null ? 'in' : outcomeMarks[outcome]} size={10} /> {nameThen(id, name)}{outcome !== null && outcome !== 'kept' && <span className="muted"> {answerWords({ outcome, why: '' })}</span>}</li>)}
        {acus.length > SHOWN && <li className="muted">and {plural(acus.length - SHOWN, 'more', 'more')}</li>}
        {acus.length === 0 && <li className="faint">none</li>}
      </ul>
    </section>
  );
}
