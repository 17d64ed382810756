// Where the list shows nothing: that nothing is in flight, or what of the search keeps everything out, each part with the way to leave it out.
import { Empty } from '../../components/atoms.tsx';
import { CommandButton } from '../../components/CommandButton.tsx';
import { parseQuery, without } from '../../../core/search/query.ts';
import { visible } from '../../../core/visible.ts';
import { clock } from '../../app/searching.ts';
import { search } from '../../state/filters.ts';

export function Nothing() {
  return <Empty title="Nothing in flight">Every branch of this repository is in the base already. Make a branch, commit to it, and import again (<kbd>R</kbd>).</Empty>;
}

/** Terms named one by one; of more, the first. */
const MOST = 8;

export function NoMatch({ text }: { text: string }) {
  const { terms } = parseQuery(text, clock());
  return (
    <Empty title="No ACU fits these filters">
      {terms.length > 1 && <p className="nomatch-about">All of these together are asked. Leave one out:</p>}
      {terms.length > 1 && (
        <div className="nomatch-terms">
          {terms.slice(0, MOST).map((term) => {
            const shown = visible(text.slice(term.from, term.to), 60);
            return <button key={term.from} type="button" className="chip" aria-label={`Leave out ${shown}`} onClick={() => search(without(text, term))}><span aria-hidden="true">×</span>{shown}</button>;
          })}
        </div>
      )}
      <CommandButton id="view.unfiltered" className="button small">Clear the search</CommandButton>
    </Empty>
  );
}
