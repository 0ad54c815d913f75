import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { modelEvents, type ModelSection } from '../../../../test/support/reviewModel.ts';
import { verdictSchema } from '../../../shared/domain/section.ts';
import { EventSweep } from './eventSweep.ts';
import type { Block } from './sectionBlocks.ts';

/** Windows of a recording; two follow each other without a gap. */
const HALF = 14;

const recordings = [0, 1, 2, 3, 4].flatMap((source) =>
  [0, 1].map((half) =>
    makeRecording({
      id: `6f7b6e3e-7e0f-4d3f-8a50-0000000000${source}${half}`,
      sourceId: `6f7b6e3e-7e0f-4d3f-8a50-00000000000${source}`,
      startedAt: half * HALF * 100,
      samples: HALF * 4800,
      seam: half === 1 ? 'gapless' : 'first',
    }),
  ),
);

interface Piece {
  readonly owner: number;
  readonly first: number;
  readonly end: number;
  readonly verdict: number;
}

/** So few windows that sections begin and end together all the time. */
const piecesArb: fc.Arbitrary<readonly Piece[]> = fc
  .array(
    fc.record({
      owner: fc.integer({ min: 0, max: recordings.length - 1 }),
      first: fc.integer({ min: 0, max: HALF - 1 }),
      length: fc.integer({ min: 1, max: 9 }),
      verdict: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 24 },
  )
  .map((drawn) => {
    const pieces: Piece[] = [];
    for (const { owner, first, length, verdict } of drawn) {
      const end = Math.min(HALF, first + length);
      const isFree = pieces.every((other) => other.owner !== owner || other.end < first || other.first > end);
      if (isFree) pieces.push({ owner, first, end, verdict });
    }
    return pieces;
  });

function toModel({ owner, first, end, verdict }: Piece, index: number): ModelSection[] {
  const recording = recordings[owner];
  if (!recording) return [];
  return [
    {
      id: `${recording.id}:${first}`,
      recording,
      from: recording.startedAt + first * 100,
      to: recording.startedAt + end * 100,
      first,
      score: 12 + ((index * 7) % 17) + index / 100,
      verdict: verdictSchema.options[verdict - 1],
    },
  ];
}

function toBlock(sections: readonly ModelSection[]): Block {
  return {
    length: sections.length,
    from: Float64Array.from(sections, ({ from }) => from),
    to: Float64Array.from(sections, ({ to }) => to),
    score: Float64Array.from(sections, ({ score }) => score),
    owner: Int32Array.from(sections, ({ recording }) => recordings.indexOf(recording)),
    first: Int32Array.from(sections, ({ first }) => first),
    verdict: Uint8Array.from(sections, ({ verdict }) => (verdict ? verdictSchema.options.indexOf(verdict) + 1 : 0)),
    joins: Uint8Array.from(sections, ({ first, recording }) => (first === 0 && recording.seam === 'gapless' ? 1 : 0)),
  };
}

test('what is heard together is one event, as by comparing everything with everything', () => {
  fc.assert(
    fc.property(piecesArb, (pieces) => {
      const sections = pieces.flatMap(toModel).sort((a, b) => a.from - b.from);
      const block = toBlock(sections);
      const sweep = new EventSweep((owner) => recordings[owner]?.sourceId);
      sections.forEach((_, at) => sweep.add(block, at));
      const found = [];
      for (let event = 0; event < sweep.count; event += 1) {
        if (sweep.into[event] !== event) continue;
        found.push({
          from: sweep.from[event],
          to: sweep.to[event],
          score: sweep.score[event],
          verdict: verdictSchema.options[(sweep.verdict[event] ?? 0) - 1],
        });
      }
      expect(found).toEqual(
        modelEvents(sections).map(({ from, to, score, verdict }) => ({ from, to, score, verdict })),
      );
      // J and K find their way by where events begin.
      expect(new Set(found.map(({ from }) => from)).size).toBe(found.length);
    }),
    { numRuns: 3000 },
  );
});
