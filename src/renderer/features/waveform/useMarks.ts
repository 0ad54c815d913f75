import { useMemo } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { useTitles } from '../../stores/titles.ts';
import { type Marks, NO_MARKS } from './scene.ts';

/** All that is marked in a recording. */
export function useMarks(recording: Recording): Marks {
  const titles = useTitles((state) => (state.id === recording.id ? state.titles : undefined));
  return useMemo(
    () => ({
      ...NO_MARKS,
      titles: (titles ?? []).map(({ title, position, positionMs }) => ({
        key: String(position),
        at: positionMs / 1000,
        label: title,
      })),
    }),
    [titles],
  );
}
