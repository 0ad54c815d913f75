import { describe, expect, it } from 'vitest';
import type { Target } from '../../../shared/domain/target.ts';
import type { Transfer, Upload } from '../../../shared/domain/upload.ts';
import { recordingId, sourceId, targetId, uploadId } from '../../../shared/units.ts';
import { overallWord, percent, problemOf, recordingWord, transferWords, uploadWord } from './uploadWords.ts';

const NOW = 1_700_000_000_000;

const upload = (more: Partial<Upload> = {}): Upload => ({
  id: uploadId('u'),
  targetId: targetId('a'),
  targetName: 'Archive',
  recordingId: recordingId('r'),
  sourceId: sourceId('s'),
  sourceName: 'Radio',
  path: 'Radio/1.mp3',
  part: 1,
  state: 'done',
  live: false,
  bytes: 1000,
  safeBytes: 1000,
  behindMs: 0,
  digests: true,
  way: 'session',
  startedAt: NOW,
  updatedAt: NOW,
  ...more,
});
const offline = { code: 'UPLOAD_UNREACHABLE', message: 'The server does not answer.' } as const;

describe('how an upload stands', () => {
  it('is safe only when it is done', () => {
    for (const state of ['waiting', 'opening', 'sending', 'finalizing', 'processing', 'failed', 'paused'] as const) {
      expect(uploadWord(upload({ state }), NOW).tone).not.toBe('safe');
    }
    expect(uploadWord(upload(), NOW)).toEqual({ tone: 'safe', short: 'Safe', long: 'Safe on Archive, 1.0 kB.' });
  });
  it('tells how far behind it is what is recorded', () => {
    const word = uploadWord(upload({ state: 'sending', live: true, behindMs: 3400 }), NOW);
    expect(word.short).toBe('4 s behind');
    expect(uploadWord(upload({ state: 'sending', live: true, behindMs: 200 }), NOW).short).toBe('Live');
  });
  it('tells what it waits for, and until when', () => {
    for (const state of ['waiting', 'opening', 'sending', 'finalizing'] as const) {
      const word = uploadWord(upload({ state, problem: offline, nextTryAt: NOW + 5000 }), NOW);
      expect(word.short).toBe('Waiting for network');
      expect(word.long).toBe('Archive: The server does not answer. Next try in 5 s.');
    }
    const live = upload({ state: 'sending', problem: offline, live: true, behindMs: 90_000 });
    expect(uploadWord(live, NOW).long).toMatch(/does not answer\. Archive is .* behind what is recorded\.$/);
  });
  it('is tried when its target is, and no sooner', () => {
    const one = upload({ state: 'sending', problem: offline, nextTryAt: NOW - 400 });
    const ofTarget = { targetId: targetId('a'), bytesPerSecond: 0, backlogBytes: 0, backlogUploads: 1 };
    const away = { ...ofTarget, waitingFor: 'network', problem: offline, nextTryAt: NOW + 3000 } as const;
    expect(uploadWord(one, NOW).long).toContain('Next try at once.');
    expect(uploadWord(one, NOW, away).long).toContain('Next try in 3 s.');
    const own = { code: 'UPLOAD_LIMIT', message: 'It is busy.' } as const;
    expect(uploadWord({ ...one, problem: own }, NOW, away).long).toContain('Next try at once.');
  });
  it('names the target once', () => {
    expect(problemOf('Archive', 'Archive is full.')).toBe('Archive is full.');
    expect(problemOf('Archive', 'It is full.')).toBe('Archive: It is full.');
  });
  it('asks for a person with the reason', () => {
    const problem = { code: 'UPLOAD_QUOTA', message: 'The quota is used up.' } as const;
    const word = uploadWord(upload({ state: 'needsPerson', problem }), NOW);
    expect(word).toEqual({ tone: 'attention', short: 'Needs you', long: 'Archive: The quota is used up.' });
  });
  it('never says 100 % before all of it is safe', () => {
    expect(percent({ bytes: 1_000_000, safeBytes: 999_999 })).toBe('99 %');
    expect(percent({ bytes: 0, safeBytes: 0 })).toBe('0 %');
  });
});

describe('how a recording stands on its targets', () => {
  it('is nothing where nothing is uploaded', () => {
    expect(recordingWord([], NOW)).toBeUndefined();
    expect(recordingWord([upload({ state: 'discarded' })], NOW)).toBeUndefined();
  });
  it('counts targets, not parts, and a target whose part is missing is not safe', () => {
    const parts = [upload(), upload({ id: uploadId('v'), part: 2, state: 'sending', safeBytes: 500 })];
    expect(recordingWord(parts, NOW)).toMatchObject({ tone: 'moving', short: '50 %' });
    const other = upload({ id: uploadId('w'), targetId: targetId('b'), targetName: 'Office' });
    expect(recordingWord([...parts, other], NOW)?.short).toBe('Safe on 1 of 2, 50 %');
    expect(recordingWord([upload(), other], NOW)).toMatchObject({ tone: 'safe', short: 'Safe on 2 of 2' });
  });
  it('puts first what needs a person', () => {
    const other = upload({ targetId: targetId('b'), state: 'needsPerson' });
    expect(recordingWord([upload({ state: 'sending' }), other], NOW)?.tone).toBe('attention');
  });
});

describe('how a target stands', () => {
  const target: Target = {
    kind: 'longtake-server',
    id: targetId('a'),
    name: 'Archive',
    enabled: true,
    url: 'https://example.org',
    auth: 'token',
  };
  const transfer: Transfer = {
    targetId: targetId('a'),
    bytesPerSecond: 250_000,
    backlogBytes: 5_000_000,
    backlogUploads: 3,
    secondsLeft: 20,
  };
  it('tells speed, backlog and time left', () => {
    expect(transferWords(transfer, target, NOW)).toBe('250.0 kB/s, 5.0 MB to send in 3 uploads, 20 s left.');
    expect(transferWords(undefined, target, NOW)).toBe('Nothing to send.');
    expect(transferWords({ ...transfer, backlogBytes: 0 }, target, NOW)).toBe(
      '250.0 kB/s; everything up to now is there.',
    );
  });
  it('tells the reason in place of the speed, and that it is off', () => {
    expect(transferWords({ ...transfer, problem: offline }, target, NOW)).toMatch(/^The server does not answer\./);
    const failed = { ...transfer, bytesPerSecond: 0, backlogUploads: 0, backlogBytes: 0, problem: offline };
    expect(transferWords(failed, target, NOW)).toBe('The server does not answer.');
    expect(transferWords(transfer, { ...target, enabled: false }, NOW)).toMatch(/^Switched off; 3 uploads/);
  });
  it('shows the worst of all in the header', () => {
    const needing: Transfer = { ...transfer, waitingFor: 'person' };
    expect(overallWord([transfer, needing], true)).toMatchObject({ tone: 'attention', short: '1' });
    expect(overallWord([transfer], true).tone).toBe('moving');
    expect(overallWord([{ ...transfer, waitingFor: 'network' }], true).tone).toBe('waiting');
    expect(overallWord([], true).tone).toBe('safe');
    // Of what goes nowhere nothing is safe.
    expect(overallWord([], false).tone).toBe('off');
  });
});
