// Questions and answers over a channel that carries values in order: between the journeys' process and the app's main.

export interface Channel { send(message: unknown): void; onMessage(listener: (message: unknown) => void): void }
type Handlers = { readonly [name: string]: (...args: never[]) => unknown };
type Message = { readonly ask: number; readonly name: string; readonly args: readonly unknown[] } | { readonly answer: number; readonly ok?: unknown; readonly error?: string };

export interface Rpc {
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Nothing will answer any more. */
  end(why: string): void;
}

export function rpc(channel: Channel, handlers: Handlers): Rpc {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0, ended: string | null = null;
  channel.onMessage((raw) => {
    const message = raw as Message;
    if ('ask' in message) {
      const handler = handlers[message.name];
      void (async () => {
        try {
          if (handler === undefined) throw new Error(`BUG: the double's channel has no ${message.name}`);
          channel.send({ answer: message.ask, ok: await handler(...message.args as never[]) });
        } catch (error) {
          channel.send({ answer: message.ask, error: error instanceof Error ? error.stack ?? error.message : String(error) });
        }
      })();
      return;
    }
    const one = waiting.get(message.answer);
    waiting.delete(message.answer);
    if (message.error !== undefined) one?.reject(new Error(message.error)); else one?.resolve(message.ok);
  });
  return {
    call(name, ...args) {
      return new Promise((resolve, reject) => {
        if (ended !== null) { reject(new Error(ended)); return; }
        waiting.set(++next, { resolve, reject });
        channel.send({ ask: next, name, args });
      });
    },
    end(why) {
      ended = why;
      for (const one of waiting.values()) one.reject(new Error(why));
      waiting.clear();
    },
  };
}
