// Keeps the people of the history, as of the moment that is shown, where everybody finds their names.
import { useEffect } from 'react';
import type { Overview } from '../../../core/collaboration/report.ts';
import { useCollaboration } from '../../state/collaboration.ts';
import { useAsked } from './useAsked.ts';
import type { Answered } from './useAsked.ts';

export function useOverview(): Answered<Overview> {
  const overview = useAsked('overview', 'overview', (api, asked) => api.overview(asked)), { value } = overview;
  useEffect(() => { if (value !== null) useCollaboration.setState({ overview: value }); }, [value]);
  return overview;
}
