// How people and ACUs are called in this tab: by name, or by role where the switch says so; then branches too lose the part that says whose they are.
import { useMemo } from 'react';
import type { AcuId } from '../../../core/bytes.ts';
import type { PersonLine } from '../../../core/collaboration/report.ts';
import { personNamer, tellingWords, useCollaboration, withoutPerson } from '../../state/collaboration.ts';
import type { CollaborationState } from '../../state/collaboration.ts';
import { nameOf, useReplica } from '../../state/replica.ts';
import type { Names } from './words.ts';

export interface Called {
  readonly names: Names;
  person(index: number): string;
  acu(id: AcuId): string;
  line(index: number): PersonLine | undefined;
  readonly showsNames: boolean;
}

/** `clock`: seconds since the epoch, for what is said of now. */
export function called({ overview, names, asOf }: Pick<CollaborationState, 'overview' | 'names' | 'asOf'>, clock: number): Called {
  const person = personNamer({ overview, names }), lines = new Map(overview?.people.map((line) => [line.person, line])), showsNames = names === 'names';
  const telling = showsNames ? null : tellingWords(overview?.people ?? []);
  const acu = (id: AcuId): string => {
    if (telling === null) return nameOf(id);
    const name = withoutPerson(nameOf(id), telling);
    return name.endsWith('…') ? `${name} ${id.slice(0, 8)}` : name; // what is left would not tell it from others
  };
  return { person, acu, line: (index) => lines.get(index), showsNames, names: { person, acu, now: asOf ?? clock } };
}

export function useNames(): Called {
  const overview = useCollaboration((s) => s.overview), names = useCollaboration((s) => s.names), asOf = useCollaboration((s) => s.asOf), epoch = useReplica((s) => s.generation);
  // eslint-disable-next-line react/exhaustive-deps -- ACUs' names change with the epoch
  return useMemo(() => called({ overview, names, asOf }, Math.floor(Date.now() / 1000)), [overview, names, asOf, epoch]);
}
