// The drawer of recipes: keep what is composed under a name, see what became of each, apply one, compare two.
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, KeyboardEvent } from 'react';
import { display } from '../../../core/bytes.ts';
import { recipeNameProblem } from '../../../core/recipes.ts';
import { visible } from '../../../core/visible.ts';
import type { RecipeLine, RecipeNow } from '../../../contract/recipes.ts';
import * as recipes from '../../app/recipes.ts';
import { Ago } from '../../components/atoms.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Glyph, Icon } from '../../components/Icon.tsx';
import { chosenIn, countWords, useComposition } from '../../state/composition.ts';
import { aimWith } from '../../state/menu.ts';
import { answerWords, becameWords, isWhole, outcomeOrder, suggestedName, useRecipes } from '../../state/recipes.ts';
import { useReplica } from '../../state/replica.ts';
import { withNumbers } from '../../state/shortName.ts';
import { acusInWords, plural } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import { outcomeMarks } from '../composition/Rebound.tsx';
import { Compared } from './Compared.tsx';
import './recipes.css';

/** Answers shown of one recipe. */
const SHOWN = 40;
const today = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

export default function Recipes() {
  const lines = useRecipes((s) => s.lines), chosen = useRecipes((s) => s.chosen), now = useRecipes((s) => s.now), compared = useRecipes((s) => s.compared);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => aimWith('recipe', (target) => {
    const name = target.closest<HTMLElement>('[data-recipe]')?.dataset['recipe'] ?? useRecipes.getState().chosen;
    if (name !== null) void recipes.look(name);
    return name;
  }), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (lines === null || lines.length === 0 || event.altKey || event.ctrlKey || event.metaKey || event.target !== list.current) return;
    const at = lines.findIndex(({ name }) => name === chosen);
    const to: Readonly<Record<string, number>> = { ArrowDown: Math.min(lines.length - 1, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: lines.length - 1 };
    const place = to[event.key];
    if (place !== undefined) { event.preventDefault(); event.stopPropagation(); void recipes.look(lines[place]!.name); }
    if (event.key === 'Enter' && chosen !== null) { event.preventDefault(); event.stopPropagation(); void recipes.apply(chosen); }
    if ((event.key === 'Delete' || event.key === 'Backspace') && chosen !== null) { event.preventDefault(); event.stopPropagation(); void recipes.drop(chosen); }
  };
  return (
    <section className="proposal recipes" aria-label="Recipes" data-testid={ids.recipes}>
      <div className="recipes-head">
        <Icon name="bookmark" size={13} /><strong>Recipes</strong>
        <span className="muted small">{lines === null ? 'reading' : lines.length === 0 ? 'none kept' : plural(lines.length, 'kept', 'kept')}</span>
        <span className="spacer" />
        <button type="button" className="button quiet small icon" aria-label="Close" title="Close" onClick={recipes.closeRecipes}><Icon name="close" size={12} /></button>
      </div>
      <Keep lines={lines ?? []} />
      {lines?.length === 0 && <p className="muted small">A recipe is a set with a name. It is found again when branches have moved: each of its ACUs says what became of it before anything is applied.</p>}
      {lines !== null && lines.length > 0 && (
        <div ref={list} className="recipe-list" role="listbox" tabIndex={0} aria-label="Recipes kept" aria-activedescendant={chosen === null ? undefined : `recipe-${lines.findIndex(({ name }) => name === chosen)}`} data-menu="recipe" onKeyDown={onKeyDown}>
          {lines.map((line, i) => <Row key={line.name} line={line} at={i} isChosen={line.name === chosen} />)}
        </div>
      )}
      {chosen !== null && now !== null && compared === null && <Now now={now} />}
      {compared !== null && <Compared compared={compared} names={lines?.map(({ name }) => name) ?? []} />}
    </section>
  );
}

/** The form that keeps what is composed. */
function Keep({ lines }: { lines: readonly RecipeLine[] }) {
  const chosen = useComposition(chosenIn), byId = useReplica((s) => s.byId), size = chosen.length, isWhatIf = useComposition((s) => s.whatIf !== null);
  const [typed, setTyped] = useState<string | null>(null), [busy, setBusy] = useState(false);
  const [day] = useState(() => today.format(new Date()));
  const suggestion = suggestedName(size, day, lines.map(({ name }) => name)), name = typed ?? suggestion;
  const exists = lines.some((line) => line.name === name), problem = typed === null ? null : recipeNameProblem(name);
  const why = size === 0 ? 'Nothing is composed: there is nothing to keep.' : isWhatIf ? 'Apply what is looked at, or leave it, first.' : problem;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (why !== null || busy) return;
    setBusy(true);
    if (await recipes.keepAs(name, exists)) setTyped(null);
    setBusy(false);
  };
  return (
    <form className="recipe-keep" aria-label="Keep the composition as a recipe" onSubmit={(event) => { void submit(event); }}>
      <label className="sr-only" htmlFor="recipe-name">Name of the recipe</label>
      <input id="recipe-name" className="field" data-testid={ids.recipeName} value={name} autoComplete="off" spellCheck={false} disabled={busy} aria-invalid={problem !== null} aria-describedby="recipe-problem"
        onFocus={(event) => event.target.select()} onChange={(event) => setTyped(event.target.value)} />
      <button type="submit" className="button small" data-testid={ids.recipeKeep} aria-disabled={why !== null} title={why ?? (exists ? 'Replaces the recipe of this name; undo brings it back' : 'One operation, which can be undone')}>{exists ? 'Replace' : 'Keep'} {countWords(chosen, byId)}</button>
      <span id="recipe-problem" className={`small ${problem === null ? 'muted' : 'tone-conflicts'}`} aria-live="polite">{why ?? ''}</span>
    </form>
  );
}

function Row({ line, at, isChosen }: { line: RecipeLine; at: number; isChosen: boolean }) {
  const { name, size, decisions, time, isComposed } = line;
  return (
    <div id={`recipe-${at}`} role="option" aria-selected={isChosen} className={`recipe-line${isChosen ? ' chosen' : ''}`} data-testid={ids.recipe} data-name={name} data-recipe={name} onClick={() => { void recipes.look(isChosen ? null : name); }} onDoubleClick={() => { void recipes.apply(name); }}>
      <Glyph mark={isComposed ? 'in' : isWhole(line) ? 'fits' : 'stale'} size={10} />
      <span className="truncate">{visible(name, 160)}</span>
      <span className="muted small truncate">{isComposed ? 'composed' : becameWords(line)}</span>
      <span className="muted small tabular">{acusInWords(size, decisions)}</span>
      <Ago time={Math.floor(time / 1000)} />
    </div>
  );
}

/** What the chosen one would be, before it is applied. */
function Now({ now: { line, answers, acus, open } }: { now: RecipeNow }) {
  const byId = useReplica((s) => s.byId);
  const changed = answers.filter(({ outcome }) => outcome !== 'kept').sort((x, y) => outcomeOrder.indexOf(x.outcome) - outcomeOrder.indexOf(y.outcome)), kept = answers.length - changed.length;
  return (
    <div className="recipe-now">
      <ul className="proposal-list" aria-label="What became of each ACU">
        {changed.slice(0, SHOWN).map((answer) => (
          <li key={`${answer.outcome} ${answer.id}`} className="truncate" data-outcome={answer.outcome}>
            <Glyph mark={outcomeMarks[answer.outcome]} size={10} /> <strong>{withNumbers(visible(display(answer.name), 80))}</strong> <span className="muted">{visible(answerWords(answer), 300)}</span>
          </li>
        ))}
        {changed.length > SHOWN && <li className="muted">and {plural(changed.length - SHOWN, 'more', 'more')}</li>}
        {kept > 0 && <li className="muted"><Glyph mark="in" size={10} /> {changed.length === 0 ? 'all' : plural(kept, 'ACU')} as {kept === 1 && changed.length > 0 ? 'it was' : 'they were'}</li>}
      </ul>
      <div className="proposal-actions">
        <CommandButton id="recipes.apply" className="button primary small" testId={ids.recipeApply}>Apply: {countWords(acus, byId)}{open.length > 0 && ` and ${open.length} open`}</CommandButton>
        <button type="button" className="button small" data-testid={ids.recipeCompare} onClick={() => { void recipes.compare(line.name, null); }}>Compare…</button>
        <CommandButton id="recipes.drop" className="button quiet small">Drop</CommandButton>
      </div>
    </div>
  );
}
