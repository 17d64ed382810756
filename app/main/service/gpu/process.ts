// A process of Node's with the face of a worker, for what may end the process it runs in. What it is sent is copied, through a pipe.
import { type ChildProcess, fork } from 'node:child_process';
import type { Endpoint } from 'comlink';
import { type Supervised, type Thread, supervise } from '../../../workers/rpc.ts';

type Listener = Parameters<Endpoint['addEventListener']>[1];

/** Either end of it. */
export interface Channel {
  send(message: unknown): boolean;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  off(event: 'message', listener: (data: unknown) => void): unknown;
}

function heard(listener: Listener, type: string, fields: object): void {
  const event = Object.assign(new Event(type), fields);
  if (typeof listener === 'function') listener(event); else listener.handleEvent(event);
}

export function endpointOf(channel: Channel): Endpoint {
  const hearing = new Map<Listener, (data: unknown) => void>();
  return {
    postMessage: (message) => { channel.send(message); },
    addEventListener(type, listener) {
      if (type !== 'message') return;
      const hear = (data: unknown): void => heard(listener, type, { data });
      hearing.set(listener, hear);
      channel.on('message', hear);
    },
    removeEventListener(_type, listener) {
      const hear = hearing.get(listener);
      if (hear !== undefined) channel.off('message', hear);
    },
  };
}

/** Runs this file, until it is ended or this process is. `env`: besides this process's own. `made`: told of the bare process (tests kill it). */
export function spawnProcess<Api>(file: URL, name: string, env: Readonly<Record<string, string>> = {}, made?: (child: ChildProcess) => void): Supervised<Api> {
  // Dawn writes of every driver that it does not find
  const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { ...process.env, ...env } });
  const endpoint = endpointOf(child as Channel);
  const thread: Thread = {
    ...endpoint,
    postMessage(message) { if (child.connected) child.send(message as object); },
    addEventListener(type, listener) {
      if (type === 'message') { endpoint.addEventListener(type, listener); return; }
      if (type !== 'error') return;
      child.on('error', (error) => heard(listener, type, { message: error.message }));
      child.on('exit', (code, signal) => heard(listener, type, { message: `it ended with ${code ?? signal}` }));
    },
    terminate: () => { child.kill('SIGKILL'); },
    hold(awake) {
      if (awake) { child.ref(); child.channel?.ref(); } else { child.unref(); child.channel?.unref(); }
    },
  };
  made?.(child);
  return supervise<Api>(thread, name);
}
