import { beforeEach, expect, test, vi } from 'vitest';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Section } from '../../shared/domain/section.ts';

interface Asked {
  readonly recordingId: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const recording = {
  id: 'second',
  sourceId: 'a',
  samples: 80_000,
  format: { sampleRate: 8000 },
  state: 'complete',
} as unknown as Recording;
const section = (id: string, fromSeconds: number): Section =>
  ({ id, recordingId: 'second', sourceId: 'a', fromSeconds, toSeconds: fromSeconds + 2 }) as unknown as Section;

let asked: Asked[];
/** What is there before the recording, s. */
let before: number;

vi.mock('../bridge/bridge.ts', () => ({
  mediaAddress: (path: string) => path,
  mediaUrl: (id: string) => id,
  request: async (name: string, input: Asked) => {
    if (name === 'library.recording') return recording;
    if (name === 'analysis.settings') return { preRollSeconds: 3 };
    asked.push(input);
    const fromSeconds = Math.max(-before, input.fromSeconds);
    return { url: 'clip', fromSeconds, toSeconds: input.toSeconds, leadSeconds: 0.05 };
  },
  on: () => () => undefined,
}));

const { forgetPrepared, preparePart } = await import('./playerStretch.ts');

beforeEach(() => {
  asked = [];
  before = 60;
  forgetPrepared();
});

test('the pre-roll of a section at the start of its file goes on into the recording before', async () => {
  const part = await preparePart(section('x', 1), true);
  expect(asked).toMatchObject([{ fromSeconds: -2, toSeconds: 3.5 }]);
  expect(part).toMatchObject({ from: -2, to: 3.5, stretch: { base: -2.05, from: -2 } });
});

test('it begins where there is audio', async () => {
  before = 0.5;
  expect((await preparePart(section('x', 1), true)).from).toBe(-0.5);
  expect((await preparePart(section('y', 7), true)).from).toBe(4);
});

test('what goes on over a boundary is not heard twice', async () => {
  expect((await preparePart(section('x', 0), false)).from).toBe(0);
  expect(asked).toMatchObject([{ fromSeconds: 0 }]);
});
