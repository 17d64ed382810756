// The GPU of a service without a window (decisions/0038): a process that is started when it is first asked and keeps nobody running.
import type { ChildProcess } from 'node:child_process';
import { GpuMultiplier } from '../../../workers/gpu/multiplier.ts';
import { spawnProcess } from './process.ts';

/** Null in Electron, whose window has a GPU of its own and whose package has no Dawn. `env`, `made`: see spawnProcess. */
export function nodeGpu(env?: Readonly<Record<string, string>>, made?: (child: ChildProcess) => void): GpuMultiplier | null {
  if (process.versions['electron'] !== undefined) return null;
  const file = new URL(`./dawn${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  return new GpuMultiplier(() => spawnProcess(file, 'GPU', env, made));
}
