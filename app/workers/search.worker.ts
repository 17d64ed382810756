// The overview's search as a Web Worker.
import { transfer } from 'comlink';
import { Search } from './search.ts';
import type { Answer } from './search.ts';
import { serve } from './serve.ts';

/** What is found goes to the window as it lies in memory. */
class Handing extends Search {
  override arrange(...asked: Parameters<Search['arrange']>): Answer | null {
    const made = super.arrange(...asked);
    if (made === null) return null;
    const { lines, places, members, how, sourceMarks, groups: { counts, starts, closed } } = made.arrangement;
    return transfer(made, [lines, places, members, how, sourceMarks, counts, starts, closed].map(({ buffer }) => buffer as ArrayBuffer));
  }
}

serve(new Handing());
