import { useCallback, useEffect, useRef } from 'react';
import type { SoundEvent } from '../../../shared/domain/section.ts';
import { playerStore } from '../../stores/player.ts';

/** How long the pointer rests on an event before it is made ready, ms: less than a person needs to press. */
const REST_MS = 40;

/** Makes an event ready to sound while it is pointed at; undefined: none is. */
export function usePrepare(): (event: SoundEvent | undefined) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback((event) => {
    clearTimeout(timer.current);
    if (event) timer.current = setTimeout(() => playerStore.getState().prepare(event), REST_MS);
  }, []);
}
