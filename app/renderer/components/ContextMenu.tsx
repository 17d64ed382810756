// The menu of what was pointed at: the registry's commands for it, why not where one cannot be done, and each as its `acumen` line to copy.
import { autoUpdate, flip, offset, shift, size, useFloating } from '@floating-ui/react-dom';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { visible } from '../../core/visible.ts';
import { copy } from '../app/actions.ts';
import { commandsOf, run } from '../commands/registry.ts';
import type { Command } from '../commands/registry.ts';
import { closeMenu, useMenu } from '../state/menu.ts';
import type { OpenMenu } from '../state/menu.ts';
import { ids } from '../testids.ts';
import { Icon } from './Icon.tsx';
import { Keys } from './Keys.tsx';

export function ContextMenu() {
  const open = useMenu((s) => s.open);
  return open === null ? null : <Shown key={`${open.menu} ${open.box.x} ${open.box.y}`} open={open} />;
}

interface Entry { readonly command: Command; readonly why: string | null; readonly line: string | null }

function entriesOf({ menu }: OpenMenu): readonly Entry[] {
  return commandsOf(menu).map((command) => { const why = command.disabled(); return { command, why, line: why === null ? command.line?.() ?? null : null }; });
}

/** Letters typed within this many milliseconds are one word. */
const WORD = 600;

function Shown({ open }: { open: OpenMenu }) {
  const entries = useMemo(() => entriesOf(open), [open]), lines = entries.filter(({ line }) => line !== null);
  const list = useRef<HTMLDivElement>(null), typed = useRef({ text: '', at: 0 }), back = useRef(open.from);
  const { refs, floatingStyles } = useFloating({
    strategy: 'fixed', placement: open.box.width === 0 ? 'right-start' : 'bottom-start', whileElementsMounted: autoUpdate,
    middleware: [offset(2), flip({ fallbackPlacements: ['left-start', 'bottom-start', 'top-start', 'bottom-end'] }), shift({ padding: 4 }), size({ padding: 4, apply: ({ availableHeight, elements }) => { elements.floating.style.maxHeight = `${Math.max(120, availableHeight)}px`; } })],
  });
  useLayoutEffect(() => {
    const { x, y, width, height } = open.box;
    refs.setReference({ getBoundingClientRect: () => DOMRect.fromRect({ x, y, width, height }) });
  }, [open, refs]);
  const items = (): HTMLElement[] => [...list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []];
  useEffect(() => {
    (items().find((item) => item.getAttribute('aria-disabled') !== 'true') ?? items()[0])?.focus({ preventScroll: true });
    const outside = (event: Event): void => { if (!(event.target instanceof Node) || list.current?.contains(event.target) !== true) closeMenu(); };
    window.addEventListener('pointerdown', outside, { capture: true });
    window.addEventListener('blur', closeMenu);
    window.addEventListener('resize', closeMenu);
    const from = back.current, mine = list.current;
    return () => {
      window.removeEventListener('pointerdown', outside, { capture: true });
      window.removeEventListener('blur', closeMenu);
      window.removeEventListener('resize', closeMenu);
      // whatever took the keyboard meanwhile keeps it
      if (document.activeElement === document.body || mine?.contains(document.activeElement) === true) from?.focus({ preventScroll: true });
    };
  }, []);
  const give = (does: () => void): void => { open.from?.focus({ preventScroll: true }); closeMenu(); does(); };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = items(), at = all.indexOf(document.activeElement as HTMLElement), go = (to: number): void => all[(to + all.length) % all.length]?.focus();
    const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
    event.stopPropagation();
    const place = places[event.key];
    if (place !== undefined) { event.preventDefault(); go(place); return; }
    if (event.key === 'Escape' || event.key === 'Tab') { event.preventDefault(); give(() => undefined); return; }
    if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const word = typed.current = { text: event.timeStamp - typed.current.at < WORD ? typed.current.text + event.key.toLowerCase() : event.key.toLowerCase(), at: event.timeStamp };
    // the same letter again goes on to the next
    const from = word.text.length === 1 ? at + 1 : at;
    const found = all.findIndex((_, i) => all[(from + i) % all.length]!.dataset['title']!.toLowerCase().startsWith(word.text));
    if (found >= 0) go(from + found);
  };
  return (
    <div ref={(element) => { list.current = element; refs.setFloating(element); }} style={floatingStyles} role="menu" tabIndex={-1}
      aria-label={open.about === '' ? 'Menu' : `Menu of ${visible(open.about)}`} className="menu" data-testid={ids.menu} data-of={open.menu}
      onKeyDown={onKeyDown} onContextMenu={(event) => event.preventDefault()}>
      {open.about !== '' && <div className="menu-about truncate" role="presentation">{visible(open.about)}</div>}
      {entries.map(({ command, why }, i) => (
        <button key={command.id} type="button" role="menuitem" tabIndex={-1} aria-disabled={why !== null} data-title={command.brief ?? command.title}
          data-command={command.id} className={`menu-item${i > 0 && entries[i - 1]!.command.group !== command.group ? ' apart' : ''}`}
          onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })} onClick={() => { if (why === null) give(() => run(command.id)); }}>
          <span className="menu-title">{command.brief ?? command.title}</span>
          {why === null ? command.keys[0] !== undefined && <Keys keys={command.keys[0]} /> : <span className="menu-why">{why}</span>}
        </button>
      ))}
      {lines.length > 0 && <div className="menu-terminal" role="presentation">The same in a terminal, to copy</div>}
      {lines.map(({ command, line }) => (
        <button key={`line ${command.id}`} type="button" role="menuitem" tabIndex={-1} data-title={`Copy ${line!}`} data-line={command.id}
          className="menu-item menu-line" aria-label={`Copy as a line: ${visible(line!, 200)}`}
          onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })} onClick={() => give(() => { void copy(line!, 'the command line'); })}>
          <Icon name="copy" size={12} /><span className="mono truncate" title={visible(line!, 2000)}>{visible(line!, 200)}</span>
        </button>
      ))}
    </div>
  );
}
