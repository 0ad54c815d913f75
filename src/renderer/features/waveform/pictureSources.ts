import { request } from '../../bridge/bridge.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { ENVELOPE_WINDOWS_PER_SECOND } from '../../../shared/domain/envelope.ts';
import type { RecordingId } from '../../../shared/units.ts';
import type { Peaks } from './drawPeaks.ts';
import type { Levels } from './drawLevels.ts';
import type { Sources } from './painter.ts';
import { TILE_POINTS, tileSpan } from './pieces.ts';

/** Where the tiles of a recording come from: the kept peaks and the kept envelope. */
export function pictureSources(id: RecordingId, lengthNow: () => number): Sources {
  const within = (span: {
    readonly from: number;
    readonly to: number;
  }): { fromSeconds: number; toSeconds: number } => ({
    fromSeconds: span.from,
    toSeconds: Math.max(span.from + 1e-6, Math.min(span.to, lengthNow())),
  });
  return {
    peaks: async (tile, scale): Promise<Peaks> => {
      const span = tileSpan(scale, tile);
      const isOpen = span.to > lengthNow();
      const { pairs, fromSeconds, toSeconds, exact } = await request('recordings.peaksOf', {
        id,
        ...within(span),
        points: TILE_POINTS,
      });
      return { from: fromSeconds, to: toSeconds, pairs: Float32Array.from(pairs), exact, isOpen };
    },
    levels: async (tile, scale): Promise<Levels> => {
      const span = tileSpan(scale, tile);
      const isOpen = span.to > lengthNow();
      const envelope = await request('review.envelope', {
        recordingId: id,
        ...within(span),
        points: TILE_POINTS,
      });
      const from = envelope.firstWindow / ENVELOPE_WINDOWS_PER_SECOND;
      const length = (envelope.level.length * envelope.windowsPerPoint) / ENVELOPE_WINDOWS_PER_SECOND;
      const { level, floor, marginDb } = envelope;
      return { from, to: from + length, level, floor, marginDb, isOpen };
    },
    failed: (error) => {
      // What is not analysed yet comes later; the waveform says what is missing.
      if (!(error instanceof LongtakeError)) console.error(error);
    },
  };
}
