// Leaving the guide: it says where it can be taken up again.
import { goOn, leave, steps, useGuide } from '../state/guide.ts';
import { news } from '../state/notices.ts';

const WHERE = 'The guide is in the menu of the repository, and in the palette as “Two-minute guide”.';

/** Puts it away where it is. */
export function leaveGuide(): void {
  leave();
  news(WHERE);
}

/** To the next step; after the last it is over. */
export function goOnInGuide(): void {
  const isLast = useGuide.getState().at === steps.length - 1;
  goOn();
  if (isLast) news(WHERE);
}
