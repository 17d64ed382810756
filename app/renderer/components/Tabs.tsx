// A row of names of which one is chosen: one stop of the keyboard, arrows go from name to name and choose. What was chosen is shown by whoever has the row.
import type { KeyboardEvent, ReactNode } from 'react';

export interface TabsProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: Id; readonly name: ReactNode }[];
  readonly chosen: Id;
  /** each tab's element is called by this, a dash and its id */
  readonly prefix: string;
  /** the id of the panel's element */
  readonly controls: string;
  readonly className?: string;
  onChoose(id: Id): void;
  /** stands behind the tabs */
  readonly children?: ReactNode;
}

export function Tabs<Id extends string>({ label, tabs, chosen, prefix, controls, className = 'tabs', onChoose, children }: TabsProps<Id>) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex(({ id }) => id === chosen) + step + tabs.length) % tabs.length]!.id;
    onChoose(next);
    document.getElementById(`${prefix}-${next}`)?.focus();
  };
  return (
    <div className={className} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(({ id, name }) => (
        <button key={id} id={`${prefix}-${id}`} type="button" role="tab" className="tab" aria-selected={id === chosen} aria-controls={controls}
          tabIndex={id === chosen ? 0 : -1} onClick={() => onChoose(id)}>
          {name}
        </button>
      ))}
      {children}
    </div>
  );
}
