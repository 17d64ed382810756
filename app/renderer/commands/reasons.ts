// Why something cannot be done now, as sentences that commands of several areas share.
import { targetCount } from '../app/actions.ts';
import { chosen } from '../state/composition.ts';
import { useConnection } from '../state/connection.ts';
import { useUi } from '../state/ui.ts';

export const always = (): null => null;
export const away = (): string | null => (useConnection.getState().state === 'open' ? null : 'The service is away.');
export const noRepository = (): string | null => away() ?? (useConnection.getState().repository === null ? 'No repository is open.' : null);
export const noBase = (): string | null => noRepository() ?? (useConnection.getState().repository?.base === null ? 'Nothing is imported yet.' : null);
export const nothingSelected = (): string | null => (targetCount() > 0 ? null : 'Nothing is selected.');
export const nothingComposed = (): string | null => (chosen().length > 0 ? null : 'The composition is empty.');
export const noSections = (): string | null => (['collaboration', 'performance'].includes(useUi.getState().tab) ? null : 'This view has no sections.');
