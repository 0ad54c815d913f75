import type { RequestOutput } from '../../bridge/bridge.ts';
import { level } from '../../format/quantity.ts';

/** `7.2 dB below the threshold of −44.9 dBFS (level −52.1, floor −56.9)`. */
export function spotWords(explanation: RequestOutput<'review.explain'>): string {
  const { level: dbfs, floor, marginDb, missingDb, section, tooShort } = explanation;
  const threshold = `the threshold of ${level(floor + marginDb)} dBFS`;
  const distance =
    missingDb > 0
      ? `${missingDb.toFixed(1)} dB below ${threshold}`
      : `${Math.abs(missingDb).toFixed(1)} dB above ${threshold}`;
  const figures = `level ${level(dbfs)}, floor ${level(floor)}`;
  if (section) return `${distance}; in a section of +${Math.round(section.score)} dB (${figures})`;
  return tooShort ? `${distance}, but too short for a section (${figures})` : `${distance} (${figures})`;
}
