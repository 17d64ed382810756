// What runs inside the page, as source: the bridge between the two worlds, and Electron's renderer half for the preload. Each
// function here is self-contained, for only its text travels.
import { wire, type FromPage, type ToPage, type Wire } from './wire.ts';

interface Bridge { expose(key: string, api: unknown): void }

/**
 * One half of contextBridge; the same code in both worlds. Values cross as a DOM event's detail, which Chromium clones between worlds;
 * functions and promises cross as numbers and are called back by events, within the call.
 */
function bridge(mine: string, theirs: string): Bridge {
  type Packed = { k: 'v'; v: unknown } | { k: 'f' | 'p'; id: number } | { k: 'o'; o: [string, Packed][] } | { k: 'a'; a: Packed[] };
  type Said = { do: 'expose'; key: string; api: Packed } | { do: 'call'; id: number; args: Packed[]; reply: number }
    | { do: 'return'; id: number; ok?: Packed; error?: unknown } | { do: 'settle'; id: number; ok?: Packed; error?: unknown };
  const target = globalThis, dispatch = target.dispatchEvent.bind(target), Event = CustomEvent, promise = Promise;
  const functions = new Map<number, (...args: unknown[]) => unknown>(), numbers = new WeakMap<object, number>();
  const returned = new Map<number, { ok?: Packed; error?: unknown }>(), pending = new Map<number, { ok(value: unknown): void; no(error: unknown): void }>();
  let next = 0;
  const say = (said: Said): void => { dispatch(new Event(theirs, { detail: said })); };
  const carry = (error: unknown): unknown => (error instanceof Error ? new Error(error.message) : error);

  const settle = (id: number, of: Promise<unknown>): void => {
    of.then((value) => { say({ do: 'settle', id, ok: pack(value) }); }, (error: unknown) => { say({ do: 'settle', id, error: carry(error) }); });
  };
  const pack = (value: unknown, depth = 0): Packed => {
    if (depth > 1000) throw new TypeError('Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.');
    if (typeof value === 'function') {
      let id = numbers.get(value);
      if (id === undefined) { id = ++next; numbers.set(value, id); functions.set(id, value as never); }
      return { k: 'f', id };
    }
    if (value instanceof promise) { const id = ++next; settle(id, value); return { k: 'p', id }; }
    if (typeof value === 'symbol') throw new TypeError('An object could not be cloned.');
    if (Array.isArray(value)) return { k: 'a', a: value.map((one) => pack(one, depth + 1)) };
    if (value instanceof Error) return { k: 'v', v: carry(value) };
    if (value !== null && typeof value === 'object' && Object.prototype.toString.call(value) === '[object Object]') {
      return { k: 'o', o: Object.entries(value).map(([key, one]): [string, Packed] => [key, pack(one, depth + 1)]) };
    }
    return { k: 'v', v: value };
  };
  const unpack = (packed: Packed): unknown => {
    if (packed.k === 'v') return packed.v;
    if (packed.k === 'a') return packed.a.map(unpack);
    if (packed.k === 'o') return Object.fromEntries(packed.o.map(([key, one]) => [key, unpack(one)]));
    if (packed.k === 'p') return new promise((ok, no) => { pending.set(packed.id, { ok, no }); });
    return (...args: unknown[]): unknown => {
      const reply = ++next;
      say({ do: 'call', id: packed.id, args: args.map((one) => pack(one)), reply });
      const answer = returned.get(reply);
      returned.delete(reply);
      if (answer === undefined) throw new Error('BUG: the other world did not answer');
      if ('error' in answer) throw answer.error;
      return unpack(answer.ok!);
    };
  };
  const frozen = (value: unknown): unknown => {
    if (value !== null && typeof value === 'object') { for (const one of Object.values(value)) frozen(one); Object.freeze(value); }
    return value;
  };
  target.addEventListener(mine, (event) => {
    event.stopImmediatePropagation();
    const said = (event as CustomEvent<Said>).detail;
    if (said.do === 'expose') {
      Object.defineProperty(target, said.key, { value: frozen(unpack(said.api)), enumerable: true, writable: false, configurable: false });
    } else if (said.do === 'return') {
      returned.set(said.id, said);
    } else if (said.do === 'settle') {
      const one = pending.get(said.id);
      pending.delete(said.id);
      if ('error' in said) one?.no(said.error); else one?.ok(unpack(said.ok!));
    } else {
      try {
        say({ do: 'return', id: said.reply, ok: pack(functions.get(said.id)!(...said.args.map(unpack))) });
      } catch (error) {
        say({ do: 'return', id: said.reply, error: carry(error) });
      }
    }
  }, true);
  return { expose: (key, api) => { say({ do: 'expose', key, api: pack(api) }); } };
}

export interface PreloadFacts {
  /** the double's socket, whose address only this world knows */
  readonly socket: string;
  readonly process: Readonly<Record<string, unknown>>;
}

/** Electron's renderer half in the preload's world; answers what a sandboxed preload may `require`. */
function rendererHalf(facts: PreloadFacts, { encode, decode }: Wire, { expose }: Bridge): (name: string) => unknown {
  const refuse = (what: string): never => { throw new Error(`the double has no ${what}`); };
  const refusing = (name: string, part: object): object => new Proxy(part, {
    get: (target, key) => (typeof key === 'symbol' || key in target || key === 'then' ? Reflect.get(target, key) : refuse(`${name}.${key}`)),
  });

  const socket = new WebSocket(facts.socket), unsent: Uint8Array<ArrayBuffer>[] = [];
  socket.binaryType = 'arraybuffer';
  const send = (message: FromPage): void => {
    const bytes = encode(message);
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes); else unsent.push(bytes);
  };
  socket.addEventListener('open', () => { for (const bytes of unsent.splice(0)) socket.send(bytes); });

  // Electron's ports have a `close` event, Chromium's have none: the end of a port is its last message, which nobody else sees.
  const ports = new Map<number, MessagePort>(), END = `the end of a port ${crypto.randomUUID()}`;
  /** Our end of a real channel of this page; what arrives there goes to main, and what main says comes out of the other end. */
  const carry = (number: number, port: MessagePort): void => {
    ports.set(number, port);
    port.addEventListener('message', ({ data, ports: more }) => {
      if (more.length > 0) refuse('ports sent through ports');
      if (data !== END) send({ kind: 'port', port: number, value: data });
      else if (ports.delete(number)) send({ kind: 'close', port: number });
    });
    port.start();
  };
  /** The end that the preload gets. */
  const given = (number: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    carry(number, port1);
    port2.addEventListener('message', (event) => {
      if (event.data !== END) return;
      event.stopImmediatePropagation();
      const close = new Event('close'), { onclose } = port2 as { onclose?: unknown };
      if (typeof onclose === 'function') (onclose as (event: Event) => void).call(port2, close);
      port2.dispatchEvent(close);
    });
    port2.close = () => { port2.postMessage(END); MessagePort.prototype.close.call(port2); };
    return port2;
  };

  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, Listener[]>(), invoked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const adopted = new Map<number, MessagePort[]>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const said = decode(new Uint8Array(data as ArrayBuffer)) as ToPage;
    switch (said.kind) {
      case 'message': {
        const arrived = said.ports.map(given);
        const event = refusing('IpcRendererEvent', { sender: ipcRenderer, ports: arrived, processId: 1 });
        for (const listener of [...listeners.get(said.channel) ?? []]) listener(event, ...said.args);
        return;
      }
      case 'port': ports.get(said.port)?.postMessage(said.value); return;
      case 'close': { const port = ports.get(said.port); ports.delete(said.port); port?.postMessage(END); port?.close(); return; }
      case 'adopted': said.numbers.forEach((number, i) => { carry(number, adopted.get(said.id)![i]!); }); adopted.delete(said.id); return;
      case 'answer': {
        const one = invoked.get(said.id)!;
        invoked.delete(said.id);
        if (said.error === undefined) one.resolve(said.value); else one.reject(new Error(said.error));
      }
    }
  });

  const add = (channel: string, listener: Listener): object => { listeners.set(channel, [...listeners.get(channel) ?? [], listener]); return ipcRenderer; };
  const remove = (channel: string, listener: Listener): object => { listeners.set(channel, (listeners.get(channel) ?? []).filter((one) => one !== listener)); return ipcRenderer; };
  const ipcRenderer: object = refusing('ipcRenderer', {
    on: add, addListener: add, off: remove, removeListener: remove,
    once: (channel: string, listener: Listener) => {
      const once: Listener = (...args) => { remove(channel, once); listener(...args); };
      return add(channel, once);
    },
    removeAllListeners: (channel: string) => { listeners.delete(channel); return ipcRenderer; },
    send: (channel: string, ...args: unknown[]) => { send({ kind: 'send', channel, args: structuredClone(args) }); },
    invoke: (channel: string, ...args: unknown[]) => new Promise((resolve, reject) => {
      const id = ++last, cloned = structuredClone(args) as unknown[];
      invoked.set(id, { resolve, reject });
      send({ kind: 'invoke', id, channel, args: cloned });
    }),
    postMessage: (channel: string, message: unknown, transfer: MessagePort[] = []) => {
      const id = ++last;
      const cloned: unknown = structuredClone(message);
      // the port itself crosses to this side, so that its former holder no longer has it
      adopted.set(id, structuredClone(transfer, { transfer }));
      send({ kind: 'post', id, channel, message: cloned, ports: transfer.length });
    },
  });

  const title = (): void => { send({ kind: 'title', title: document.title }); };
  addEventListener('DOMContentLoaded', () => {
    title();
    new MutationObserver(title).observe(document.head, { subtree: true, childList: true, characterData: true });
  });

  // Only what a person really dropped has a path, as in Electron; the driver says which paths those are just before it drops them.
  const paths: string[] = [], dropped: { readonly file: File; readonly path: string }[] = [];
  addEventListener('drop', (event) => {
    if (!event.isTrusted) return;
    const files = [...event.dataTransfer?.files ?? []];
    if (files.length !== paths.length) return;
    for (const [i, file] of files.entries()) dropped.push({ file, path: paths[i]! });
    paths.length = 0;
  }, true);
  (globalThis as Record<string, unknown>)['__double'] = { willDrop: (all: string[]) => { paths.splice(0, paths.length, ...all); }, ipcRenderer };

  const electron = refusing('electron', {
    contextBridge: refusing('contextBridge', {
      exposeInMainWorld(key: string, api: unknown) {
        if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object');
        exposed.add(key);
        expose(key, api);
      },
    }),
    ipcRenderer,
    webUtils: refusing('webUtils', {
      getPathForFile(file: unknown) {
        if (!(file instanceof File)) throw new TypeError("Failed to execute 'getPathForFile' on 'webUtils': parameter 1 is not of type 'File'.");
        return dropped.findLast((one) => one.file === file || (one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified))?.path ?? '';
      },
    }),
  });
  const exposed = new Set<string>();
  return (name) => (['electron', 'electron/renderer', 'electron/common'].includes(name) ? electron : refuse(`module ${name} for a sandboxed preload`));
}

/** Both worlds' scripts for one window: the page's own gets its half of the bridge, the preload's gets Electron's renderer half. */
export function scripts(preload: string | null, file: string, facts: PreloadFacts): { readonly main: string; readonly isolated: string } {
  const secret = crypto.randomUUID();
  const top = (body: string): string => `if (window.top === window && location.protocol !== 'about:') { ${body} }`;
  const isolated = `const bridgeHalf = (${bridge.toString()})('${secret}-b', '${secret}-a');
    const facts = ${JSON.stringify(facts)};
    const require = (${rendererHalf.toString()})(facts, (${wire.toString()})(), bridgeHalf);
    const module = { exports: {} };
    (function (require, module, exports, process, __filename, __dirname, global) {\n${preload ?? ''}\n}).call(module.exports, require, module, module.exports, facts.process, ${JSON.stringify(file)}, '', globalThis);`;
  return { main: top(`(${bridge.toString()})('${secret}-a', '${secret}-b');`), isolated: top(isolated) };
}
