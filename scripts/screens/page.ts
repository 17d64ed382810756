// docs/SCREENS.md: the pictures that were taken, by part, each with what to look at. What could not be taken is not spoken of.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Part, Shot } from './parts.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** `about`: what was pictured, as the end of a sentence. */
export function screensPage(shown: readonly Part[], images: string, about: string): string {
  const has = (part: Part, shot: Shot, theme: Theme): boolean => existsSync(join(images, `${part.name}-${shot.name}-${theme}.png`));
  const picture = (part: Part, shot: Shot): string => {
    const cells = themes.filter((theme) => has(part, shot, theme)).map((theme) => `![${shot.look} (${theme})](images/screens/${part.name}-${shot.name}-${theme}.png)`);
    return cells.length === 0 ? '' : `**${shot.title}.** ${shot.look}\n\n| light | dark |\n|---|---|\n| ${cells.join(' | ')} |\n`;
  };
  return `# Screens\n\nEvery panel in every state of [WORKBENCH.md](WORKBENCH.md), 1440 × 900, ${about}.\nMade by \`npm run screenshots -- REPOSITORY\`; not edited by hand.\n\n${shown.map((part) => `## ${part.title}\n\n${part.shots.map((shot) => picture(part, shot)).filter((one) => one !== '').join('\n')}`).join('\n')}`;
}

