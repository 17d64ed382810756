// Whether an ACU is the work of an agent or a bot, and of which: by who signed it, else by how its branch is called.
import { programOf } from '../collaboration/programs.ts';

/** Folders of refs that hold one folder for each agent: `agents/heron/fix-login`. */
const FOLDERS: ReadonlySet<string> = new Set(['agent', 'agents', 'bot', 'bots', 'ai']);
/** Folders that agents make for their own branches, by what they call themselves. */
const OWN: Readonly<Record<string, string>> = {
  claude: 'Claude', codex: 'Codex', copilot: 'GitHub Copilot', cursor: 'Cursor', devin: 'Devin', jules: 'Jules', aider: 'aider', openhands: 'OpenHands', amp: 'Amp', sweep: 'Sweep', gemini: 'Gemini',
  dependabot: 'Dependabot', renovate: 'Renovate', snyk: 'Snyk', greenkeeper: 'Greenkeeper',
};

/** The name that the agent goes by; null for a person's work. `refs`: names of the sources. */
export function agentOf(name: string, email: string, refs: readonly string[]): string | null {
  const signed = programOf(name, email);
  if (signed !== null) return signed.name;
  for (const ref of refs) {
    // of a remote's branch the remote comes first
    const parts = ref.split('/');
    for (const at of [0, 1]) {
      const folder = parts[at]?.toLowerCase() ?? '';
      if (FOLDERS.has(folder) && parts.length > at + 2) return parts[at + 1]!;
      if (Object.hasOwn(OWN, folder) && parts.length > at + 1) return OWN[folder]!;
    }
  }
  return null;
}

/** `team/ui/button` is of `team/ui`; a name without folders is of none. */
export function folderOf(ref: string): string {
  const cut = ref.lastIndexOf('/');
  return cut <= 0 ? '' : ref.slice(0, cut);
}
