import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useSources } from '../../stores/sources.ts';

/** The sources whose input is being opened. */
export function useOpening(): ReadonlySet<string> {
  const ids = useSources(
    useShallow(({ byId }) =>
      [...byId.values()].flatMap(({ config, status }) => (status.state === 'arming' ? [config.id] : [])),
    ),
  );
  return useMemo(() => new Set<string>(ids), [ids]);
}
