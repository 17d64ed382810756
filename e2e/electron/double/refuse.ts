// What the double has not built it refuses by name: a call that silently gave undefined would let the app pass for the wrong reason.
/// <reference types="electron" />
import { EventEmitter } from 'node:events';

export class NotInTheDouble extends Error {
  constructor(what: string) {
    super(`the double has no ${what}`);
    this.name = 'NotInTheDouble';
  }
}

/** Names that Node and its inspection ask any object for. */
const asked = /^(_|\$\$|then$|toJSON$|constructor$|domain$|inspect$|nodeType$|asymmetricMatch$|prototype$|length$|name$)/;

/** `part` seen as the whole thing: whatever it lacks throws when it is read. `object` is the class for `new` and for statics alike. */
export function refusing<Whole extends object>(name: string, part: object): Whole {
  return new Proxy(part, {
    get(target, key) {
      if (typeof key === 'symbol' || key in target || asked.test(key)) return Reflect.get(target, key);
      throw new NotInTheDouble(`${name}.${key}`);
    },
  }) as Whole;
}

/** An emitter that says when something is waited for that the double never emits. */
export class Emitter extends EventEmitter {
  private readonly what: string;
  private readonly known: ReadonlySet<string> | null;

  /** `known` null: names are the app's own */
  constructor(what: string, known: readonly string[] | null) {
    super();
    this.what = what;
    this.known = known && new Set(known);
  }

  private refuse(event: string | symbol): void {
    if (typeof event === 'string' && this.known !== null && !this.known.has(event)) throw new NotInTheDouble(`event '${event}' of ${this.what}`);
  }
  override on(event: string | symbol, listener: (...args: never[]) => void): this { this.refuse(event); return super.on(event, listener as never); }
  override addListener(event: string | symbol, listener: (...args: never[]) => void): this { return this.on(event, listener); }
  override once(event: string | symbol, listener: (...args: never[]) => void): this { this.refuse(event); return super.once(event, listener as never); }
}

/** Electron's events that can be prevented. */
export class Preventable {
  defaultPrevented = false;
  preventDefault(): void { this.defaultPrevented = true; }
}
