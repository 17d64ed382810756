// Settings as fields, drawn from their data: a choice is a row of options, an amount a number within its bounds. Each says what it does, and how it was at first.
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { change, settings, useSettings, valid } from '../../state/settings.ts';
import type { SettingId } from '../../state/settings.ts';

export function Fields({ of }: { of: readonly SettingId[] }) {
  return <div className="fields">{of.map((id) => (settings[id].kind === 'choice' ? <Choice key={id} id={id} /> : <Amount key={id} id={id} />))}</div>;
}

/** A setting's name, what it is set with, what it does, and the way back to the first value. */
export function Field({ name, about, control, first, id }: {
  name: ReactNode; about: ReactNode; control: ReactNode; first: { readonly words: string; back(): void } | null; id: string;
}) {
  return (
    <div className="setting" data-setting={id}>
      <div className="setting-name">{name}</div>
      <div className="setting-control">{control}{first !== null && <button type="button" className="button quiet small" onClick={first.back}>Back to {first.words}</button>}</div>
      <div className="setting-about small muted">{about}</div>
    </div>
  );
}

function Choice({ id }: { id: SettingId }) {
  const it = settings[id], value = useSettings((s) => s[id]), name = useId();
  if (it.kind !== 'choice') return null;
  const options = it.options as Readonly<Record<string, string>>;
  return (
    <Field id={id} name={<span id={name}>{it.title}</span>} about={it.about}
      first={value === it.first ? null : { words: options[it.first]!.toLowerCase(), back: () => change(id, it.first) }}
      control={(
        <div className="segmented" role="radiogroup" aria-labelledby={name}>
          {Object.entries(options).map(([option, words]) => (
            <label key={option} className="segment">
              <input type="radio" name={name} value={option} checked={value === option} onChange={() => change(id, option as never)} />
              <span>{words}</span>
            </label>
          ))}
        </div>
      )} />
  );
}

function Amount({ id }: { id: SettingId }) {
  const it = settings[id], value = useSettings((s) => s[id]) as number, field = useId(), about = useId();
  // what is typed may be out of bounds on its way to what is meant
  const [typed, setTyped] = useState<string | null>(null);
  if (it.kind !== 'amount') return null;
  const set = (text: string): void => {
    setTyped(text);
    const number = Number(text);
    if (text.trim() !== '' && valid(id, number) === number) change(id, number as never);
  };
  const wrong = typed !== null && (typed.trim() === '' || valid(id, Number(typed)) !== Number(typed));
  return (
    <Field id={id} name={<label htmlFor={field}>{it.title}</label>}
      first={value === it.first ? null : { words: `${it.first} ${it.unit}`, back: () => { setTyped(null); change(id, it.first as never); } }}
      about={<span id={about}>{wrong ? <strong className="tone-conflicts">From {it.least.toLocaleString('en')} to {it.most.toLocaleString('en')} {it.unit}. </strong> : null}{it.about}</span>}
      control={(
        <>
          {it.unit === '%' && (
            <input type="range" tabIndex={-1} aria-hidden="true" min={it.least} max={it.most} step={it.step} value={value}
              onChange={(event) => { setTyped(null); change(id, Number(event.target.value) as never); }} />
          )}
          <input id={field} className="field amount" type="number" min={it.least} max={it.most} step={it.unit === '%' ? it.step : 'any'}
            aria-describedby={about} aria-invalid={wrong} value={typed ?? value} onChange={(event) => set(event.target.value)} onBlur={() => setTyped(null)} />
          <span className="muted">{it.unit}</span>
        </>
      )} />
  );
}
