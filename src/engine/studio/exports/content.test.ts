import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { ReviewRig } from '../../../../test/support/reviewRig.ts';
import type { ExportContent } from '../../../shared/contract/exports.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { FoundSection } from '../../../shared/domain/section.ts';
import type { SectionId } from '../../../shared/units.ts';
import { resolveContent } from './content.ts';

let rig: ReviewRig;
/** Three recordings of 10 s, without anything in between, and one of another connection. */
let all: readonly [Recording, Recording, Recording, Recording];

const START = Date.UTC(2026, 10, 21, 9);

beforeEach(() => {
  rig = new ReviewRig();
  const made = (index: number, change: object = {}) => {
    const recording = makeRecording({
      startedAt: START + index * 10_000,
      path: `Hut/${index}.wav`,
      sourceName: 'Hut',
      connection: '5f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11',
      firstSample: index * 480_000,
      seam: index === 0 ? 'first' : 'gapless',
      ...change,
    });
    rig.save(recording);
    return recording;
  };
  const other = { connection: '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11', firstSample: 0, seam: 'first' };
  all = [made(0), made(1), made(2), made(6, other)];
});
afterEach(() => rig.dispose());

const resolve = (content: ExportContent) => resolveContent(rig.library, content);
const range = (recording: Recording, fromSeconds: number, toSeconds: number) =>
  resolve({ kind: 'range', range: { recordingId: recording.id, fromSeconds, toSeconds } });
const section = (first: number): FoundSection => {
  return { first, end: first + 20, peak: first, peakDb: -20, floorDb: -50, score: 31.26 };
};
const idOf = ({ id }: Recording, first: number) => `${id}:${first}` as SectionId;

test('a range goes on in the recordings that follow, and knows the one before', () => {
  const [first, second, third, other] = all;
  const [piece] = range(second, 4, 12).pieces;
  expect(piece).toMatchObject({ fromSeconds: 4, toSeconds: 12, before: { id: first.id } });
  expect(piece?.recordings.map(({ id }) => id)).toEqual([second.id, third.id]);
  expect(range(second, 4, 10).pieces[0]?.recordings).toHaveLength(1);
  const [alone] = range(other, 4, 12).pieces;
  expect(alone).not.toHaveProperty('before');
  expect(alone?.recordings).toHaveLength(1);
});

test('a range that begins behind everything is refused', () => {
  const [, second, third] = all;
  expect(range(second, 10, 12).pieces[0]?.recordings).toHaveLength(2);
  expect(() => range(third, 10, 12)).toThrow('begins after the end');
});

test('recordings come in order of time, and none that is still being made', () => {
  const [first, second, , other] = all;
  const { pieces, title, name } = resolve({ kind: 'recordings', ids: [other.id, first.id, second.id] });
  expect(pieces.map(({ recordings }) => recordings[0]?.id)).toEqual([first.id, second.id, other.id]);
  expect([title, name]).toEqual(['3 recordings', 'Hut_20261121T090000+0000']);
  rig.save({ ...other, state: 'recording' });
  expect(() => resolve({ kind: 'recordings', ids: [first.id, other.id] })).toThrow('still being recorded');
});

test('sections come in order of time, and a reel holds those with a star alone', () => {
  const [first, second] = all;
  rig.detect(first, [section(10), section(50)]);
  rig.detect(second, [section(30)]);
  const ids = [idOf(second, 30), idOf(first, 50), idOf(first, 10)];
  const chosen = resolve({ kind: 'sections', ids });
  expect(chosen.sections.map(({ id }) => id)).toEqual(ids.toReversed());
  expect(chosen.pieces.map(({ fromSeconds, toSeconds }) => [fromSeconds, toSeconds])).toEqual([
    [1, 3],
    [5, 7],
    [3, 5],
  ]);
  expect(chosen.title).toBe('3 sections');
  expect(() => resolve({ kind: 'sections', ids: [idOf(first, 11)] })).toThrow('other settings');

  const reel = { kind: 'reel', day: first.day } as const;
  rig.remark(first, first.startedAt + 1000, { verdict: 'keep' });
  expect(() => resolve(reel)).toThrow('No section of 2026-11-21 has a star');
  rig.remark(second, second.startedAt + 3000, { verdict: 'star', label: 'Owl' });
  rig.remark(first, first.startedAt + 5000, { verdict: 'star' });
  const { pieces, name } = resolve(reel);
  expect(name).toBe('Reel_2026-11-21');
  expect(pieces.map(({ title, label }) => [title, label])).toEqual([
    ['Hut 2026-11-21 09:00:05, +31 dB', 'Hut +31.3 dB'],
    ['Owl, Hut 2026-11-21 09:00:13', 'Owl'],
  ]);
});
