// docs/SCREENS.md: the pictures that were taken, by part, each with what to look at. What could not be taken is not spoken of.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Part, Shot } from './shot.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What WORKBENCH.md names and no picture shows, and why. */
const unpictured = 'No picture have: what passes sooner than one is taken (counting, places being read, a moment being folded, a spinner); what this repository is too small for (50,000 rows, 30,000 edges, thousands of operations, a gap between weight and bound); '
  + 'what needs another machine (watches that ran out, a worker out of memory), or is said elsewhere than in the window (a damaged store: where Acumen was started; menus of Electron\'s window: the system draws them).';

/** `about`: what was pictured, as the end of a sentence. */
export function screensPage(shown: readonly Part[], images: string, about: string): string {
  const has = (part: Part, shot: Shot, theme: Theme): boolean => existsSync(join(images, `${part.name}-${shot.name}-${theme}.png`));
  const picture = (part: Part, shot: Shot): string => {
    const taken = themes.filter((theme) => has(part, shot, theme));
    const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    return taken.length === 0 ? '' : `**${shot.title}.** ${shot.look}\n\n${row([...taken])}\n${row(taken.map(() => '---'))}\n${row(taken.map((theme) => `![${shot.look} (${theme})](images/screens/${part.name}-${shot.name}-${theme}.png)`))}\n`;
  };
  return `# Screens\n\nEvery panel in the states of [WORKBENCH.md](WORKBENCH.md), 1440 × 900, ${about}. Where a state is that of one pane, the picture is of that pane.\n${unpictured}\nMade by \`npm run screenshots -- REPOSITORY\`; not edited by hand.\n\n${shown.map((part) => `## ${part.title}\n\n${part.shots.map((shot) => picture(part, shot)).filter((one) => one !== '').join('\n')}`).join('\n')}`;
}

