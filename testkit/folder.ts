// Removes what a test made, also where a process that was killed is still ending: what it writes last must not fail who cleans up.
import { rmSync } from 'node:fs';

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
