// Everything the window can do, as commands: one file an area, one line here.
import { isPast } from '../state/time.ts';
import { collaborationCommands } from './collaboration.ts';
import { compositionCommands } from './composition.ts';
import { decidingCommands } from './deciding.ts';
import { graphCommands } from './graph.ts';
import { conflictCommands } from './conflicts.ts';
import { inspectorCommands } from './inspector.ts';
import { overviewCommands } from './overview.ts';
import { helpCommands } from './help.ts';
import { historyCommands } from './history.ts';
import { performanceCommands } from './performance.ts';
import { recipeCommands } from './recipes.ts';
import { askPast, register } from './registry.ts';
import { repositoryCommands } from './repository.ts';
import { selectionCommands } from './selection.ts';
import { timeCommands } from './time.ts';
import { viewCommands } from './view.ts';

export function registerCommands(): void {
  askPast(isPast);
  register(helpCommands);
  register(compositionCommands);
  register(decidingCommands);
  register(recipeCommands);
  register(historyCommands);
  register(timeCommands);
  register(selectionCommands);
  register(overviewCommands);
  register(viewCommands);
  register(inspectorCommands);
  register(conflictCommands);
  register(graphCommands);
  register(collaborationCommands);
  register(performanceCommands);
  register(repositoryCommands);
}
