import type { AnalysisState } from '../../../shared/contract/review.ts';
import { assertNever } from '../../../shared/assertNever.ts';
import { amount } from '../../format/quantity.ts';

interface Words {
  readonly line: string;
  readonly explanation: string;
}

const WHY = 'Recordings are analysed to find sections in them. Recording always goes first.';

/** Undefined while there is nothing to tell. */
export function analysisWords({ waiting, done, held }: AnalysisState): Words | undefined {
  if (waiting === 0) return undefined;
  const left = `${amount(waiting)} not analysed`;
  switch (held) {
    case undefined:
      return {
        line: `Analysing ${amount(done + 1)} of ${amount(done + waiting)}`,
        explanation: WHY,
      };
    case 'paused':
      return { line: `Paused: ${left}`, explanation: WHY };
    case 'battery':
      return {
        line: `On battery: ${left}`,
        explanation: 'The analysis goes on when the computer is plugged in again, as the settings say.',
      };
    case 'no decoder':
      return {
        line: `ffmpeg is missing: ${left}`,
        explanation:
          'MP3, AAC, Opus and Vorbis are decoded by ffmpeg, which is not installed. Install it, for example with “apt install ffmpeg”, “brew install ffmpeg” or “winget install ffmpeg”; the analysis then goes on by itself.',
      };
    default:
      return assertNever(held);
  }
}
