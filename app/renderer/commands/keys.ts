// The keyboard: one listener for the window, which asks the registry.
import * as act from '../app/actions.ts';
import { searched } from '../app/searching.ts';
import { closeOverlay, say, useUi } from '../state/ui.ts';
import { useVerdicts } from '../state/verdicts.ts';
import { allCommands, forStroke } from './registry.ts';
import type { Command, Place } from './registry.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));

/** Enter and Space on a button press it; a command with the same key must not hear it too. */
const isPressing = (target: EventTarget | null, key: string): boolean =>
  (key === 'Enter' || key === ' ') && target instanceof HTMLElement && target.closest('button, a, summary, [role="tab"], [role="option"]') !== null;

/** A decision hears its keys also where nothing has the keyboard: what had it went with the panes that gave way. */
const isDecided = (target: HTMLElement): boolean => target.closest('[data-decide]') !== null || (target === document.body && document.querySelector('[data-decide]') !== null);

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return null;
  return target.closest('[data-acus]') !== null ? 'list' : target.closest('[data-board]') !== null ? 'board' : isDecided(target) ? 'decide' : null;
}

function runOrSay(command: Command): void {
  const why = command.disabled();
  if (why === null) command.run(); else say(why);
}

/** What an item of the menu does, by its command's name: lists that lie over the window give way, a form that is being filled in does not. */
export function runSaying(id: string): void {
  const found = allCommands().find((command) => command.id === id), { overlay } = useUi.getState();
  if (found === undefined) return;
  if (overlay === 'import') { say('Close the dialog first.'); return; }
  if (overlay === 'keys' || (overlay === 'palette' && id !== 'help.palette')) closeOverlay();
  runOrSay(found);
}

/** Keys pressed in the list before it shows what was searched for mean what comes there: they wait for it, and are heard in their order. */
const held: KeyboardEvent[] = [];
/** What the list itself has no say in. */
const isOwn = (key: string): boolean => !['Tab', 'Escape', 'Shift', 'Control', 'Alt', 'Meta'].includes(key);

function hold(event: KeyboardEvent): void {
  if (!event.isTrusted || event.isComposing || !isOwn(event.key) || !(event.target instanceof Element) || event.target.closest('[data-drop="list"] [data-acus]') === null) return;
  if (held.length === 0) {
    const shown = searched();
    if (shown === null) return;
    void shown.then(hear);
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push(event);
}

async function hear(): Promise<void> {
  for (let event = held[0]; event !== undefined; event = held[0]) {
    // each finds the window as the one before left it
    await new Promise((resolve) => { setTimeout(resolve); });
    document.activeElement?.dispatchEvent(new KeyboardEvent(event.type, event));
    held.shift();
  }
}

export function listenToKeys(): () => void {
  const heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const { target } = event;
    if (useVerdicts.getState().carried?.by === 'carry' && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      void act.drop(event.timeStamp);
      return;
    }
    const typing = isTyping(target), { overlay } = useUi.getState(), modal = overlay !== 'none' && overlay !== 'branch';
    if (isPressing(target, event.key)) return;
    const found = forStroke(event, typing, placeOf(target));
    // A dialog has the keyboard to itself, but for what closes or changes it.
    if (found === null || (modal && !['help.escape', 'help.palette'].includes(found.id))) return;
    if (found.id === 'help.escape' && typing && overlay === 'none' && target instanceof HTMLElement) { target.blur(); return; }
    event.preventDefault();
    runOrSay(found);
  };
  window.addEventListener('keydown', hold, { capture: true });
  window.addEventListener('keydown', heard);
  return () => {
    window.removeEventListener('keydown', hold, { capture: true });
    window.removeEventListener('keydown', heard);
  };
}
