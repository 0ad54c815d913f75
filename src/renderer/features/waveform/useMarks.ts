import { useMemo } from 'react';
import type { Gap, Recording } from '../../../shared/domain/recording.ts';
import { exactDuration } from '../../format/time.ts';
import { usePlayer } from '../../stores/player.ts';
import { usePlayerMarks } from '../../stores/playerMarks.ts';
import { useTitles } from '../../stores/titles.ts';
import type { Marks, Region } from './scene.ts';

const VERDICT_WORDS = { keep: ', kept', discard: ', discarded', star: ', starred' } as const;
const NONE = [] as const;

/** All that is marked in a recording. */
export function useMarks(recording: Recording): Marks {
  const titles = useTitles((state) => (state.id === recording.id ? state.titles : NONE));
  const { id, sections, markers, gaps } = usePlayerMarks((state) => state);
  const chosen = usePlayer(({ clip }) => clip?.parts[clip.part]?.id);
  const { startedAt } = recording;
  const isOurs = id === recording.id;
  return useMemo(
    (): Marks => ({
      sections: (isOurs ? sections : []).map((section) => ({
        key: section.id,
        from: section.fromSeconds,
        to: section.toSeconds,
        verdict: section.verdict,
        chosen: section.id === chosen,
        words: `+${Math.round(section.score)} dB${section.verdict ? VERDICT_WORDS[section.verdict] : ''}${section.label ? `: ${section.label}` : ''}`,
      })),
      gaps: (isOurs ? gaps : []).map((gap) => gapRegion(gap, startedAt)),
      markers: (isOurs ? markers : []).map((marker) => ({
        key: marker.id,
        at: (marker.at - startedAt) / 1000,
        label: marker.label,
      })),
      titles: titles.map(({ title, position, positionMs }) => ({
        key: String(position),
        at: positionMs / 1000,
        label: title,
      })),
    }),
    [titles, isOurs, sections, markers, gaps, chosen, startedAt],
  );
}

function gapRegion(gap: Gap, startedAt: number): Region {
  const to = gap.to ?? Date.now();
  return {
    key: gap.id,
    from: (gap.from - startedAt) / 1000,
    to: (to - startedAt) / 1000,
    words: `Gap of ${exactDuration(to - gap.from)}: ${gap.cause}`,
  };
}
