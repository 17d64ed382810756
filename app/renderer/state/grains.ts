// How finely sources are cut, in words, and how many ACUs each grain gave when this window last saw it.
import { create } from 'zustand';
import type { Grain } from '../../core/model.ts';

export const grains: readonly Grain[] = ['branch', 'commit', 'atom'];

export const grainWords: Readonly<Record<Grain, { readonly title: string; readonly about: string }>> = {
  branch: { title: 'by branch', about: 'One ACU for each branch, or part of one that others build on.' },
  commit: { title: 'by commit', about: 'One ACU for each commit. It needs those whose lines it touches, and no others.' },
  atom: { title: 'by atom', about: 'Commits taken apart into what belongs together: a rename, a fix, its tests.' },
};

/** `of`: what was cut; counts of anything else say nothing. */
interface Grains { readonly of: string; readonly counts: Partial<Readonly<Record<Grain, number>>> }

export const useGrains = create<Grains>(() => ({ of: '', counts: {} }));

export function noteGrain(of: string, grain: Grain, acus: number): void {
  useGrains.setState((now) => ({ of, counts: { ...now.of === of && now.counts, [grain]: acus } }));
}
