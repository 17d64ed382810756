// The visible way to a context menu: three dots in a row that has one, or a button that is one. It opens what a right click there opens.
import type { MouseEvent, ReactNode } from 'react';
import type { Menu } from '../commands/registry.ts';
import { openMenu, useMenu } from '../state/menu.ts';
import { Icon } from './Icon.tsx';

export interface MenuButtonProps {
  readonly menu: Menu;
  /** what it is the menu of, for who does not see where it stands */
  readonly of: string;
  readonly className?: string;
  readonly testId?: string;
  readonly title?: string;
  /** in rows: lists have one stop of the Tab key, and their rows Shift+F10 */
  readonly tabIndex?: number;
  readonly children?: ReactNode;
}

export function MenuButton({ menu, of, className = 'button quiet small icon menu-dots', testId, title = 'More (Shift+F10)', tabIndex, children }: MenuButtonProps) {
  const expanded = useMenu((s) => s.open?.menu === menu && tabIndex !== -1);
  const open = (event: MouseEvent<HTMLElement>): void => {
    const { x, y, width, height } = event.currentTarget.getBoundingClientRect();
    event.stopPropagation();
    openMenu(event.currentTarget, { x, y }, { x, y, width, height }, tabIndex === -1 ? event.currentTarget.closest<HTMLElement>('[tabindex="0"]') : event.currentTarget);
  };
  return (
    <button type="button" className={className} data-menu={menu} aria-haspopup="menu" aria-expanded={expanded} title={title}
      {...(children === undefined ? { 'aria-label': `More for ${of}` } : {})} {...(tabIndex === undefined ? {} : { tabIndex })}
      {...(testId === undefined ? {} : { 'data-testid': testId })} onClick={open}>
      {children ?? <Icon name="more" />}
    </button>
  );
}
