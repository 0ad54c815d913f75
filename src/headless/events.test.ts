import { beforeEach, describe, expect, it } from 'vitest';
import { makeRecording } from '../../test/support/makeRecording.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { Log } from '../shared/ports/log.ts';
import { sourceId } from '../shared/units.ts';
import { EventTeller } from './events.ts';

const ID = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');

describe('EventTeller', () => {
  let lines: string[];
  let events: string[];
  let teller: EventTeller;

  beforeEach(() => {
    lines = [];
    events = [];
    const at =
      (level: string): Log['info'] =>
      (message) =>
        void lines.push(`${level} ${message}`);
    const log: Log = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      scoped: () => log,
    };
    const json = { write: (text: string) => events.push((JSON.parse(text) as { event: string }).event) };
    teller = new EventTeller({ log, json, now: () => 1, nameOf: () => 'Radio' });
  });

  it('tells a recording once, and how it follows when that is certain', () => {
    const recording = { ...makeRecording(), state: 'recording' } as const;
    teller.tell('recordings.opened', { ...recording, seam: 'unverified' });
    teller.tell('recordings.opened', { ...recording, seam: 'gapless' });
    teller.tell('recordings.closed', { ...recording, state: 'complete', seam: 'gapless' });
    expect(events).toEqual(['recordings.opened', 'recordings.changed', 'recordings.closed']);
    expect(lines.map((line) => line.replaceAll(recording.path, 'PATH'))).toEqual([
      `info ${recording.sourceName}: recording PATH`,
      `info ${recording.sourceName}: PATH follows without a gap`,
      expect.stringMatching(/: closed PATH \(/),
    ]);
  });

  it('tells a state when it changes, not every second', () => {
    const status = (more: Partial<SourceStatus>): SourceStatus => ({
      sourceId: ID,
      state: 'recording',
      since: 0,
      ...more,
    });
    teller.tell('sources.status', status({}));
    teller.tell('sources.status', status({ title: 'another' }));
    teller.tell('sources.status', status({ state: 'failed', attempt: 10, gaveUp: true }));
    teller.tell('sources.status', status({ state: 'failed', attempt: 10, gaveUp: true }));
    expect(events).toEqual(['sources.status', 'sources.status']);
    expect(lines).toEqual([
      'error Radio: gave up after 10 failures in a row (max_retries). Start longtake anew to try again.',
    ]);
  });
});
