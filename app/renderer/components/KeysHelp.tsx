// The list of keys: a view of the registry.
import { allCommands } from '../commands/registry.ts';
import type { Command } from '../commands/registry.ts';
import { ids } from '../testids.ts';
import { Keys } from './Keys.tsx';
import { Overlay } from './Overlay.tsx';

const gridKeys: readonly (readonly [keys: string, what: string])[] = [
  ['ArrowDown', 'Next row'], ['ArrowUp', 'Previous row'], ['Shift+ArrowDown', 'Extend the selection'], ['Mod+Space', 'Select or leave out one row'], ['Home', 'First row'], ['End', 'Last row'],
];

export function KeysHelp() {
  return (
    <Overlay label="Keys" className="keys-help" testId={ids.keys}>
      <h2 className="overlay-title">Keys</h2>
      <KeysList />
    </Overlay>
  );
}

export function KeysList() {
  const groups = new Map<string, Command[]>();
  for (const command of allCommands()) if (command.keys.length > 0) groups.set(command.group, [...groups.get(command.group) ?? [], command]);
  return (
    <div className="keys-columns" role="group" aria-label="Commands that have keys" tabIndex={0}>
      {[...groups].map(([group, list]) => (
        <section key={group}>
          <h3>{group}</h3>
          <dl>{list.map((command) => <div key={command.id}><dt>{command.title}</dt><dd>{command.keys.map((keys) => <Keys key={keys} keys={keys} />)}</dd></div>)}</dl>
        </section>
      ))}
      <section>
        <h3>In lists</h3>
        <dl>{gridKeys.map(([keys, what]) => <div key={keys}><dt>{what}</dt><dd><Keys keys={keys} /></dd></div>)}</dl>
      </section>
    </div>
  );
}
