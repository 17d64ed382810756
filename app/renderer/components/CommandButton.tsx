// A button for a command of the registry: its title, keys and reason to be disabled come from there.
import type { ReactNode } from 'react';
import { visibleSentence } from '../../core/visible.ts';
import { useTime } from '../state/time.ts';
import { command, run, shownKeys } from '../commands/registry.ts';

export interface CommandButtonProps {
  readonly id: string;
  readonly className?: string;
  readonly testId?: string;
  /** what it would do now, for its tooltip */
  readonly note?: string | null;
  readonly children: ReactNode;
}

/** Stays focusable while disabled, so that the keyboard too can learn why. */
export function CommandButton({ id, className = 'button', testId, note = null, children }: CommandButtonProps) {
  // the past refuses what changes things
  useTime((s) => s.at !== null);
  const it = command(id), why = it.disabled(), does = why ?? (note === null ? null : visibleSentence(note));
  const keys = it.keys[0] === undefined ? '' : ` (${shownKeys(it.keys[0]).join('+')})`;
  return (
    <button type="button" className={className} data-command={id} aria-disabled={why !== null}
      title={[`${it.title}${keys}`, does].filter((part) => part !== null).join('\n')} {...(className.includes('icon') ? { 'aria-label': it.title } : {})}
      {...(testId === undefined ? {} : { 'data-testid': testId })} onClick={() => run(id)}>
      {children}
    </button>
  );
}
