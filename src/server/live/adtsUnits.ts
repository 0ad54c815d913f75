import { createAdtsParser, rawBlocks, readAacFormat, SAMPLES_PER_BLOCK } from '../../engine/containers/adts.ts';
import { frameRuns } from './frameRuns.ts';
import type { CodedUnit, UnitRun } from './track.ts';

/** The blocks of AAC in a stream of ADTS, without the headers around them. */
export function adtsUnits(input: AsyncIterable<Uint8Array>): AsyncGenerator<UnitRun> {
  return frameRuns(input, createAdtsParser, ({ bytes, frames = [] }) => {
    const units: CodedUnit[] = [];
    let at = 0;
    for (const frame of frames) {
      const raw = rawBlocks(bytes.subarray(at, at + frame.bytes));
      units.push(...raw.map((block) => ({ bytes: block, samples: SAMPLES_PER_BLOCK })));
      at += frame.bytes;
    }
    return { format: { codec: 'aac', ...readAacFormat(bytes) }, units };
  });
}
