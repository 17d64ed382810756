// Programs that commit: bots, which do chores, and agents, which write changes. One table; what a name or an address must be to be taken for
// a program's. A name that people bear too (Claude, Devin, Jules) is nobody's sign by itself: it takes the program's address.
import type { PersonKind } from './model.ts';

export interface Program {
  readonly name: string;
  readonly kind: Exclude<PersonKind, 'person'>;
  /** whole names, in lower case */
  readonly names?: readonly string[];
  /** whole addresses, in lower case; one that begins with '@' is a domain whose every address is the program's */
  readonly addresses?: readonly string[];
  /** accounts of GitHub, in lower case: `[bot]` behind them is left out, and so is the number before them in addresses */
  readonly logins?: readonly string[];
}

export const programs: readonly Program[] = [
  { name: 'Claude', kind: 'agent', names: ['claude code', 'claude (agent)'], addresses: ['noreply@anthropic.com', 'claude@anthropic.com', 'claude-code@anthropic.com'], logins: ['claude[bot]', 'claude-code[bot]'] },
  { name: 'GitHub Copilot', kind: 'agent', names: ['github copilot', 'copilot-swe-agent', 'copilot autofix powered by ai', 'copilot coding agent'], addresses: ['copilot@github.com', 'noreply@copilot.github.com'], logins: ['copilot', 'copilot-swe-agent[bot]', 'github-copilot[bot]', 'copilot-pull-request-reviewer[bot]', 'copilot-autofix'] },
  { name: 'OpenAI Codex', kind: 'agent', names: ['openai codex', 'chatgpt codex connector', 'codex (openai)', 'codex cli'], addresses: ['codex@openai.com', 'noreply@openai.com', 'codex@chatgpt.com'], logins: ['chatgpt-codex-connector[bot]', 'openai-codex[bot]', 'codex[bot]'] },
  { name: 'Cursor', kind: 'agent', names: ['cursor agent', 'cursor ai'], addresses: ['cursoragent@cursor.com', 'agent@cursor.com', 'noreply@cursor.com'], logins: ['cursor[bot]', 'cursoragent', 'cursor-com[bot]'] },
  { name: 'Devin', kind: 'agent', names: ['devin ai', 'devin-ai-integration'], addresses: ['devin@cognition.ai', 'devin@cognition-labs.com', 'devin-ai@cognition.ai'], logins: ['devin-ai-integration[bot]', 'devin-ai[bot]'] },
  { name: 'Jules', kind: 'agent', names: ['google-labs-jules', 'google jules'], addresses: ['jules@google.com'], logins: ['google-labs-jules[bot]', 'jules[bot]'] },
  { name: 'Gemini', kind: 'agent', names: ['gemini cli', 'gemini code assist'], addresses: ['gemini-code-assist@google.com', 'gemini-cli@google.com'], logins: ['gemini-code-assist[bot]', 'gemini-cli[bot]', 'gemini-cli-robot'] },
  { name: 'aider', kind: 'agent', names: ['aider'], addresses: ['noreply@aider.chat', 'aider@aider.chat'], logins: ['aider[bot]'] },
  { name: 'OpenHands', kind: 'agent', names: ['openhands', 'opendevin', 'all-hands-bot'], addresses: ['openhands@all-hands.dev', 'contact@all-hands.dev'], logins: ['openhands-agent', 'openhands-ai[bot]', 'all-hands-bot'] },
  { name: 'Amp', kind: 'agent', addresses: ['amp@ampcode.com'], logins: ['amp[bot]', 'ampcode[bot]'] },
  { name: 'Factory Droid', kind: 'agent', names: ['factory-droid', 'factory droid'], logins: ['factory-droid[bot]'] },
  { name: 'Sweep', kind: 'agent', names: ['sweep ai'], logins: ['sweep-ai[bot]', 'sweep-ai-deprecated[bot]', 'sweep-nightly[bot]'] },
  { name: 'Amazon Q', kind: 'agent', names: ['amazon q', 'amazon q developer'], logins: ['amazon-q-developer[bot]'] },
  { name: 'Windsurf', kind: 'agent', names: ['windsurf cascade'], addresses: ['cascade@windsurf.com', 'cascade@codeium.com'], logins: ['windsurf-bot[bot]'] },
  { name: 'Replit Agent', kind: 'agent', names: ['replit agent'], addresses: ['agent@replit.com'], logins: ['replit-agent[bot]'] },
  { name: 'Lovable', kind: 'agent', names: ['lovable.dev'], logins: ['lovable-dev[bot]', 'gpt-engineer-app[bot]'] },
  { name: 'v0', kind: 'agent', addresses: ['v0@vercel.com'], logins: ['v0[bot]', 'v0-dev[bot]'] },
  { name: 'Roo Code', kind: 'agent', names: ['roo code'], logins: ['roomote[bot]', 'roomote-agent'] },

  // who presses the button for others: GitHub itself
  { name: 'GitHub', kind: 'bot', addresses: ['noreply@github.com'], logins: ['web-flow', 'github'] },
  { name: 'GitHub Actions', kind: 'bot', names: ['github actions', 'github action', 'github actions bot', 'github-actions'], addresses: ['action@github.com', 'actions@github.com', 'github-actions@github.com', 'github-action@users.noreply.github.com', 'actions@users.noreply.github.com'], logins: ['github-actions[bot]', 'github-actions'] },
  { name: 'Dependabot', kind: 'bot', names: ['dependabot', 'dependabot-preview', 'dependabot[bot]', 'dependabot-support'], addresses: ['support@dependabot.com'], logins: ['dependabot[bot]', 'dependabot-preview[bot]', 'dependabot', 'dependabot-support'] },
  { name: 'Renovate', kind: 'bot', names: ['renovate', 'renovate bot', 'renovate-bot', 'whitesource renovate', 'mend renovate'], addresses: ['bot@renovateapp.com', 'renovate@whitesourcesoftware.com', 'bot@renovatebot.com'], logins: ['renovate[bot]', 'renovate-bot', 'mend-renovate[bot]'] },
  { name: 'Greenkeeper', kind: 'bot', names: ['greenkeeper', 'greenkeeperio-bot'], addresses: ['support@greenkeeper.io'], logins: ['greenkeeper[bot]', 'greenkeeperio-bot'] },
  { name: 'Snyk', kind: 'bot', names: ['snyk-bot', 'snyk bot'], addresses: ['snyk-bot@snyk.io'], logins: ['snyk-bot', 'snyk[bot]'] },
  { name: 'pre-commit.ci', kind: 'bot', names: ['pre-commit ci'], logins: ['pre-commit-ci[bot]'] },
  { name: 'ImgBot', kind: 'bot', names: ['imgbot', 'imgbotapp'], addresses: ['imgbothelp@gmail.com'], logins: ['imgbot[bot]', 'imgbotapp'] },
  { name: 'semantic-release', kind: 'bot', names: ['semantic-release-bot', 'semantic release bot'], addresses: ['semantic-release-bot@martynus.net'], logins: ['semantic-release-bot'] },
  { name: 'all-contributors', kind: 'bot', logins: ['allcontributors[bot]', 'allcontributors'] },
  { name: 'bors', kind: 'bot', names: ['bors', 'bors-servo'], addresses: ['bors@rust-lang.org', 'servo-ops@mozilla.com', 'bors@bors.tech'], logins: ['bors[bot]', 'bors', 'bors-servo'] },
  { name: 'Mergify', kind: 'bot', names: ['mergify'], logins: ['mergify[bot]', 'mergify-bot'] },
  { name: 'Jenkins', kind: 'bot', names: ['jenkins', 'jenkins-bot', 'jenkins bot'], logins: ['jenkins-bot'] },
  { name: 'Travis CI', kind: 'bot', names: ['travis ci', 'travis', 'travis-ci'], addresses: ['travis@travis-ci.org', 'deploy@travis-ci.org', 'builds@travis-ci.com'], logins: ['travis-ci'] },
  { name: 'GitLab', kind: 'bot', names: ['gitlab bot', 'gitlab-bot', 'gitlab dependency bot'], addresses: ['gitlab-bot@gitlab.com', 'noreply@gitlab.com'], logins: [] },
  { name: 'Weblate', kind: 'bot', names: ['weblate', 'hosted weblate'], addresses: ['hosted@weblate.org', 'noreply@weblate.org'], logins: ['weblate'] },
  { name: 'Crowdin', kind: 'bot', names: ['crowdin bot', 'crowdin-bot'], addresses: ['support+bot@crowdin.com'], logins: ['crowdin-bot'] },
  { name: 'Copybara', kind: 'bot', names: ['copybara-service', 'copybara service'], addresses: ['copybara-worker@google.com'], logins: ['copybara-service[bot]', 'copybara-github'] },
];

const nameTable = new Map<string, Program>(), addressTable = new Map<string, Program>(), loginTable = new Map<string, Program>();
for (const program of programs) {
  for (const name of program.names ?? []) nameTable.set(name, program);
  for (const address of program.addresses ?? []) addressTable.set(address, program);
  for (const login of program.logins ?? []) loginTable.set(login, program);
}

/** `12345+login@users.noreply.github.com`, or without the number: the account's name, in lower case; null for other addresses. */
export function gitHubLogin(email: string): string | null {
  return /^(?:\d+\+)?([^@\s]+)@users\.noreply\.github\.com$/.exec(email.toLowerCase())?.[1] ?? null;
}

/** The program that a name with an address is of; under its own name where it only calls itself a bot or an agent; null for a person. */
export function programOf(name: string, email: string): Pick<Program, 'name' | 'kind'> | null {
  const lowerName = name.trim().toLowerCase(), lowerEmail = email.trim().toLowerCase();
  const login = gitHubLogin(lowerEmail);
  const found = (login === null ? undefined : loginTable.get(login)) ?? addressTable.get(lowerEmail) ?? nameTable.get(lowerName) ?? (lowerName.endsWith('[bot]') ? loginTable.get(lowerName) : undefined);
  if (found !== undefined) return found;
  // aider signs with the model that it asked
  if (/^aider \([^()]+\)$/.test(lowerName)) return programs.find((one) => one.name === 'aider')!;
  const said = /^(.+) \((agent|bot)\)$/.exec(lowerName);
  if (said !== null) return { name: said[1]!, kind: said[2] as Program['kind'] };
  const calls = login?.endsWith('[bot]') === true ? login : lowerName.endsWith('[bot]') ? lowerName : null;
  return calls === null ? null : { name: calls.slice(0, -'[bot]'.length), kind: 'bot' };
}
