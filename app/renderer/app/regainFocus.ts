// Gives the keyboard on to what came of a deed: the button that did it is gone by then, and Tab would begin at the top of the page.

/** Milliseconds that the button may take to go, and what came to be there. */
const PATIENCE = 1000;

/** To the first of these that is shown, once what has the keyboard now is gone; or, if it is to be left, at once. Nobody's own way is overruled. */
export function regainFocus(selectors: readonly string[], leaving = false): void {
  const until = performance.now() + PATIENCE, had = document.activeElement;
  const look = (now: number): void => {
    const { activeElement } = document, isLost = activeElement === null || activeElement === document.body;
    if (!isLost && activeElement !== had) return;
    const there = isLost || leaving ? selectors.map((selector) => document.querySelector<HTMLElement>(selector)).find((one) => one?.getClientRects()[0] !== undefined) : undefined;
    if (there != null) there.focus(); else if (now < until) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

export const byTestId = (id: string): string => `[data-testid="${id}"]`;
