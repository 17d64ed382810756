// The state of a workspace as a fold of its events (design.md §1: State): pure, the slow and obvious twin of the stored view.
import type { Oid } from './bytes.ts';
import { applyCompositionChange, withOpen } from './composition.ts';
import { bug } from './errors.ts';
import type { DomainEvent, WorkspaceState } from './events.ts';
import { applyChange } from './published.ts';
import { recipesAfter } from './recipes.ts';

/** Before the first event. The one composition has no base until something is composed. */
export const emptyState: WorkspaceState = {
  gitDir: null,
  objectFormat: null,
  published: null,
  composition: { id: 'main', name: 'Composition', base: '' as Oid, acus: [] },
  recipes: [],
};

export function foldEvent(state: WorkspaceState, event: DomainEvent): WorkspaceState {
  switch (event.kind) {
    case 'repository-opened': return { ...state, gitDir: event.gitDir, objectFormat: event.objectFormat };
    case 'published': return { ...state, published: event.published };
    case 'publication-changed':
      if (state.published === null) throw bug('what is published changes where nothing is');
      return { ...state, published: applyChange(state.published, event.change) };
    case 'composition-changed': return { ...state, composition: withOpen(event.composition, state.composition.open) };
    case 'composition-edited': return { ...state, composition: applyCompositionChange(state.composition, event.change) };
    case 'recipes-changed': return { ...state, recipes: recipesAfter(state.recipes, event.kept, event.dropped) };
    case 'open-changed': return { ...state, composition: withOpen(state.composition, event.open) };
    // Written, but not (or not any more) part of the state: bodies become visible by `published`, refs live in the repository, answers are looked up.
    case 'import-started': case 'segment-added': case 'branch-written': case 'branch-moving': case 'branch-settled': case 'answers-recorded': return state;
  }
}

export function foldState(events: Iterable<DomainEvent>, from: WorkspaceState = emptyState): WorkspaceState {
  let state = from;
  for (const event of events) state = foldEvent(state, event);
  return state;
}
