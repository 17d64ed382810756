// A command's keys, as this machine's keyboard has them.
import { shownKeys } from '../commands/registry.ts';

export function Keys({ keys }: { keys: string }) {
  return <span className="keys">{shownKeys(keys).map((key) => <kbd key={key}>{key}</kbd>)}</span>;
}
