import { expect, test } from 'vitest';
import type { StudioLink } from '../../engine/platform/controlClient.ts';
import { Emitter } from '../../engine/studio/emitter.ts';
import type { Source } from '../../shared/contract/requests.ts';
import type { SourceState } from '../../shared/domain/source.ts';
import { sourceId } from '../../shared/units.ts';
import { untilPaused } from './pausing.ts';

const A = sourceId('a');
const B = sourceId('b');
const OFF = sourceId('off');

/** A studio whose sources are in the next of these states whenever it is asked; before each answer but the first it tells so. */
function studio(...states: readonly (readonly [SourceState, SourceState])[]) {
  const events = new Emitter();
  let asked = 0;
  const link = {
    request: () => {
      const now = states[Math.min(asked, states.length - 1)];
      asked += 1;
      const of = (id: string, state: SourceState | undefined): Source =>
        ({ config: { id }, status: { state } }) as unknown as Source;
      if (asked < states.length) setImmediate(() => events.emit('sources.status', {} as never));
      return Promise.resolve([of(A, now?.[0]), of(B, now?.[1]), of(OFF, 'disarmed')]);
    },
    onEvent: (listener: Parameters<StudioLink['onEvent']>[0]) => events.on(listener),
  } as unknown as StudioLink;
  return { link, asked: () => asked };
}

const statesOf = (list: readonly Source[]) => list.map(({ status }) => status.state);

test('a resumed source is told once it is paused no more', async () => {
  const { link, asked } = studio(
    ['paused', 'paused'],
    ['arming', 'paused'],
    ['recording', 'arming'],
    ['paused', 'paused'],
  );
  expect(statesOf(await untilPaused(link, [A, B, OFF], false))).toEqual(['recording', 'arming', 'disarmed']);
  expect(asked()).toBe(3);
});

test('a paused source is told once it is, whatever others do', async () => {
  const { link } = studio(['recording', 'recording'], ['paused', 'recording']);
  expect(statesOf(await untilPaused(link, [A], true))).toEqual(['paused', 'recording', 'disarmed']);
});

test('a recorder that says nothing is not waited for', async () => {
  const { link } = studio(['paused', 'paused']);
  expect(statesOf(await untilPaused(link, [A], false, 1))).toEqual(['paused', 'paused', 'disarmed']);
});
