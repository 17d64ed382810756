// Who had part in a commit, as its message says: trailers (git-interpret-trailers(1)) by which people are thanked or taken along. They are
// read wherever they stand in the message, for squashing leaves them in its middle.
import type { ByteString } from '../bytes.ts';
import type { Identity } from './log.ts';

const MENTION = /^[ \t]*(?:co-authored|reviewed|acked|tested|helped)-by:[ \t]*([^\n]*)$/gim;
/** A message may be of any length, and name anybody. */
const MOST_READ = 256 << 10, MOST_MENTIONED = 64;

/** In the order they stand, none twice. */
export function mentionedIn(message: ByteString): Identity[] {
  if (!message.includes('-')) return [];
  const out = new Map<string, Identity>();
  for (const [, value] of message.slice(-MOST_READ).matchAll(MENTION)) {
    const one = identityOf(value!);
    if (one !== null && out.size < MOST_MENTIONED) out.set(`${one.email}\0${one.name}`, one);
  }
  return [...out.values()];
}

/** `Name <address>`, or one of the two alone; null for neither. */
function identityOf(text: string): Identity | null {
  const open = text.indexOf('<'), close = text.indexOf('>', open);
  const name = (open < 0 ? text : text.slice(0, open)).trim(), email = open < 0 || close < 0 ? '' : text.slice(open + 1, close).trim();
  if (open < 0 && /^\S+@\S+$/.test(name)) return { name: '' as ByteString, email: name as ByteString };
  return name === '' && email === '' ? null : { name: name as ByteString, email: email as ByteString };
}
