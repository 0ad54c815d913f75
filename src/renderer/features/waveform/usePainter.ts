import { type RefObject, useEffect, useMemo, useRef } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { usePalette } from '../../elements/palette.ts';
import type { Span } from '../../format/span.ts';
import { type Waveform, usePlayer } from '../../stores/player.ts';
import { lengthOf } from '../../stores/playerLength.ts';
import { playerMarksStore } from '../../stores/playerMarks.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { useSelection } from '../../stores/selection.ts';
import type { Peaks } from './drawPeaks.ts';
import { type Look, Painter } from './painter.ts';
import { pictureSources } from './pictureSources.ts';
import type { Layout, Marks } from './scene.ts';

function overviewOf(waveform: Waveform): Peaks | undefined {
  if (waveform.name !== 'ready') return undefined;
  return { from: 0, to: waveform.durationMs / 1000, pairs: waveform.pairs, exact: false };
}

/** What is seen of a recording of `length` s. */
export const viewOf = (span: Span | undefined, length: number): Span => span ?? { from: 0, to: length };

/** Keeps the canvas showing the recording as the stores say. Zooming draws anew without React. */
export function usePainter(
  canvas: RefObject<HTMLCanvasElement | null>,
  recording: Recording,
  length: number,
  layout: Layout,
  marks: Marks,
): void {
  const palette = usePalette();
  const waveform = usePlayer((state) => state.waveform);
  const overview = useMemo(() => overviewOf(waveform), [waveform]);
  const selection = useSelection(({ selection: all }) => (all?.recordingId === recording.id ? all : undefined));
  const painter = useRef<Painter>(undefined);
  const look = useRef<Omit<Look, 'view'>>(undefined);
  // A new object of the same recording must not throw away what was drawn of it.
  const known = useRef(recording);
  useEffect(() => {
    known.current = recording;
  });

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const made = new Painter(
      element,
      known.current,
      pictureSources(known.current.id, () => lengthOf(known.current)),
    );
    painter.current = made;
    const draw = (): void => {
      const now = look.current;
      if (now) made.show({ ...now, view: viewOf(playerViewStore.getState().span, now.length) });
    };
    draw();
    const ends = [
      playerViewStore.subscribe(draw),
      // Other sections: the analysis has gone on.
      playerMarksStore.subscribe(({ sections }, before) => {
        if (sections !== before.sections) made.levelsChanged();
      }),
    ];
    return () => {
      for (const end of ends) end();
      made.close();
    };
  }, [canvas]);

  useEffect(() => {
    look.current = {
      layout,
      length,
      marks,
      selection,
      overview,
      colours: {
        wave: palette.blue,
        level: palette.blueSoft,
        section: palette.orange,
        chosen: palette.text,
        marker: palette.text,
        gap: palette.hatch,
        edge: palette.lineStrong,
        selection: palette.blue,
        line: palette.line,
        text: palette.text,
        softText: palette.textSoft,
      },
    };
    painter.current?.show({ ...look.current, view: viewOf(playerViewStore.getState().span, length) });
  }, [layout, length, marks, selection, overview, palette]);
}
