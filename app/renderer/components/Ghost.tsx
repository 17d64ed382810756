// What follows the pointer while something is dragged: beside it, on the side where there is room.
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { followPointer } from '../app/drag.ts';

export function Ghost({ testId, kind, children }: { testId: string; kind: string; children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  // placed anew after every render, for its size changes with its words
  useLayoutEffect(() => followPointer((x, y) => {
    const ghost = element.current;
    if (ghost === null) return;
    const { width, height } = ghost.getBoundingClientRect();
    const left = x + 16 + width > innerWidth ? x - 12 - width : x + 16, top = y + 14 + height > innerHeight ? y - 10 - height : y + 14;
    ghost.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }));
  return <div ref={element} className="ghost" data-testid={testId} data-kind={kind} aria-hidden="true">{children}</div>;
}
