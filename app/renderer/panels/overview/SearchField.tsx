// The one field of search: words and terms, with suggestions for what is being typed; and a form that writes the same terms for who would rather fill in.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, SyntheticEvent } from 'react';
import { MOST_SEARCHED } from '../../../core/search/columns.ts';
import { parseQuery, valuesOf, withTerm } from '../../../core/search/query.ts';
import { visible } from '../../../core/visible.ts';
import { authors as askAuthors, clock, suggestionsFor, typed } from '../../app/searching.ts';
import { CommandButton } from '../../components/CommandButton.tsx';
import { Icon } from '../../components/Icon.tsx';
import { has, search, toggleState, useFilters } from '../../state/filters.ts';
import { useReplica } from '../../state/replica.ts';
import { grouped } from '../../state/words.ts';
import { ids } from '../../testids.ts';
import type { Suggestion, Suggestions } from '../../../workers/client.ts';

const toList = (): void => document.querySelector<HTMLElement>(`[data-testid="${ids.acuList}"]`)?.focus();

export function SearchField() {
  const query = useFilters((s) => s.query), field = useRef<HTMLInputElement>(null);
  const [offered, setOffered] = useState<Suggestions | null>(null), [at, setAt] = useState(-1), [formOpen, setFormOpen] = useState(false);
  /** what was typed or pasted and is longer than anything that is looked through, as far as it was taken */
  const [cut, setCut] = useState('');
  const asked = useRef(0), about = useRef('');
  const close = (): void => { asked.current++; about.current = ''; setOffered(null); setAt(-1); };
  const offer = (text: string, caret: number): void => {
    // a key is heard twice: as what it wrote, and as a caret that went on
    if (about.current === `${caret} ${text}`) return;
    about.current = `${caret} ${text}`;
    const mine = ++asked.current;
    void suggestionsFor(text, caret).then((answer) => {
      if (mine !== asked.current) return;
      setOffered(answer === null || answer.options.length === 0 ? null : answer);
      setAt(-1);
    }, () => undefined);
  };
  const take = ({ insert }: Suggestion): void => {
    if (offered === null) return;
    const text = query.slice(0, offered.from) + insert + query.slice(offered.to).replace(/^ /, ''), caret = offered.from + insert.length;
    search(text);
    requestAnimationFrame(() => { field.current?.focus(); field.current?.setSelectionRange(caret, caret); });
    // a key was taken: its values come next
    if (insert.endsWith(':')) offer(text, caret); else close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0, options = offered?.options ?? [];
    if (options.length > 0) {
      if (step !== 0) { event.preventDefault(); setAt((now) => (now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length); return; }
      if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0 && !event.shiftKey) { event.preventDefault(); take(options[at]!); return; }
      if (event.key === 'Escape') { event.preventDefault(); close(); return; }
    }
    if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); close(); toList(); }
  };
  const onSelect = (event: SyntheticEvent<HTMLInputElement>): void => { const { value, selectionStart, selectionEnd } = event.currentTarget; if (selectionStart === selectionEnd && document.activeElement === event.currentTarget) offer(value, selectionStart ?? value.length); };
  const wrong = useMemo(() => parseQuery(query, clock()).terms.flatMap((term) => (term.key === 'wrong' ? [term.why] : []))[0], [query]);
  const form = useMemo(() => ['author', 'path', 'source'].some((key) => valuesOf(query, key as 'author').length > 0), [query]);
  return (
    <>
      <div className="row search-row">
        <div className="search">
          <Icon name="search" />
          <input ref={field} className="field" type="search" role="combobox" aria-label="Search ACUs" aria-expanded={offered !== null} aria-controls="search-suggestions" aria-autocomplete="list" aria-activedescendant={at >= 0 ? `suggestion-${at}` : undefined}
            aria-describedby={wrong === undefined ? undefined : 'search-wrong'} placeholder="Search names, authors, paths, symbols" spellCheck={false} autoComplete="off" data-testid={ids.search} value={query}
            onChange={(event) => {
              const whole = event.target.value, text = whole.slice(0, MOST_SEARCHED);
              typed(event.timeStamp);
              setCut(text === whole ? '' : text);
              search(text);
              offer(text, Math.min(text.length, event.target.selectionStart ?? text.length));
            }} onSelect={onSelect} onBlur={close} onKeyDown={onKeyDown} />
          {offered !== null && (
            <div id="search-suggestions" role="listbox" aria-label="Suggestions" className="suggestions">
              {offered.options.map((option, i) => (
                <div key={option.insert} id={`suggestion-${i}`} role="option" aria-selected={i === at} className="suggestion" onPointerDown={(event) => { event.preventDefault(); take(option); }} onPointerMove={() => setAt(i)}>
                  <span className="suggestion-what">{visible(option.shown, 200)}</span><span className="suggestion-note">{option.note}</span>
                </div>
              ))}
            </div>
          )}
        </div>
        <button type="button" className="button quiet icon" aria-label="Filters" title="Filters as a form" aria-expanded={formOpen} onClick={() => setFormOpen(!formOpen)}>
          <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" aria-hidden="true"><path d="M2 3h12l-4.5 5.5V13l-3-1.5v-3Z" /></svg>
          {form && <span className="dot" aria-hidden="true" />}
        </button>
      </div>
      {cut !== '' && cut === query && <p className="search-wrong" role="status">Only the first {grouped(MOST_SEARCHED)} letters are searched for.</p>}
      {wrong !== undefined && <p id="search-wrong" className="search-wrong" role="status">{visible(wrong, 300)}</p>}
      {formOpen && <Form query={query} />}
    </>
  );
}

/** The terms of the search, field by field. */
function Form({ query }: { query: string }) {
  const [authors, setAuthors] = useState<readonly string[]>([]), rows = useReplica((s) => s.rows), sources = useReplica((s) => s.sources);
  useEffect(() => { let isOn = true; void askAuthors().then((all) => { if (isOn) setAuthors(all); }, () => undefined); return () => { isOn = false; }; }, [rows]);
  const first = (key: 'author' | 'path' | 'source'): string => valuesOf(query, key)[0] ?? '';
  const set = (key: 'author' | 'path' | 'source', value: string): void => search(withTerm(query, key, value === '' ? null : value));
  const author = first('author'), chosen = authors.find((one) => one.toLowerCase() === author.toLowerCase()) ?? author;
  return (
    <div className="filters">
      <input className="field" aria-label="Source" placeholder="Source" list="sources" spellCheck={false} data-testid={ids.filterSource} key={first('source')} defaultValue={first('source')}
        onChange={(event) => { const { value } = event.target; if (value === '' || sources.some((s) => s.name === value)) set('source', value); }} />
      <datalist id="sources">{sources.slice(0, 2000).map((source) => <option key={source.name} value={source.name} />)}</datalist>
      <select className="field" aria-label="Author" value={chosen} data-testid={ids.filterAuthor} onChange={(event) => set('author', event.target.value)}>
        <option value="">Any author</option>
        {chosen !== '' && !authors.includes(chosen) && <option value={chosen}>{chosen}</option>}
        {authors.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
      <input className="field" aria-label="Path" placeholder="Path" spellCheck={false} value={first('path')} data-testid={ids.filterPath} onChange={(event) => set('path', event.target.value.slice(0, MOST_SEARCHED))} />
      <div className="row filters-checks">
        <label className="check"><input type="checkbox" checked={has(query, 'conflicted')} data-testid={ids.filterConflicted} onChange={() => toggleState('conflicted')} />Conflicted</label>
        <label className="check"><input type="checkbox" checked={has(query, 'stale')} data-testid={ids.filterStale} onChange={() => toggleState('stale')} />Needs a rebase</label>
        <span className="spacer" />
        <CommandButton id="view.unfiltered" className="button quiet small">Clear</CommandButton>
      </div>
    </div>
  );
}
