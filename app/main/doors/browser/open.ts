// Opens the person's browser where there is one to open.
import { spawn } from 'node:child_process';

/** A Linux machine without a display, or a shell over ssh, has no browser to show. */
export function hasDisplay(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): boolean {
  if (env['SSH_CONNECTION'] !== undefined && env['DISPLAY'] === undefined) return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
}

/** Resolves to whether a browser was started; its fate is its own. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [command, args] = platform === 'darwin' ? ['open', [url]] as const
    : platform === 'win32' ? ['rundll32', ['url.dll,FileProtocolHandler', url]] as const
    : ['xdg-open', [url]] as const;
  return new Promise((resolve) => {
    const child = spawn(command, args, { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => { child.unref(); resolve(true); });
  });
}
