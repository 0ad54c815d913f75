import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordingId } from '../units.ts';
import { parseRecordingLink, recordingLink } from './recordingLink.ts';

test('a link leads to the recording and the time that it was made for', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.option(fc.integer({ min: 0, max: 9_999_999_999 }), { nil: undefined }), (id, at) => {
      const link = { id: recordingId(id), ...(at === undefined ? {} : { atSeconds: at / 1000 }) };
      expect(parseRecordingLink(recordingLink(link))).toEqual(link);
    }),
  );
  const id = '0b9f1c52-6a3e-4c1b-8f57-0d7c1a2b3c4d';
  expect(recordingLink({ id: recordingId(id), atSeconds: 62.5 })).toBe(`longtake://recording/${id}?t=62.5`);
  expect(parseRecordingLink(`LONGTAKE://Recording/${id.toUpperCase()}/?t=3`)).toEqual({ id, atSeconds: 3 });
});

test('nothing else is a link', () => {
  const id = '0b9f1c52-6a3e-4c1b-8f57-0d7c1a2b3c4d';
  const good = `longtake://recording/${id}`;
  for (const text of [
    '',
    `https://recording/${id}`,
    `longtake-media://recording/${id}`,
    `longtake://settings/${id}`,
    `longtake://recording/../${id}`,
    `longtake://recording/${id.slice(1)}`,
    `longtake://user@recording/${id}`,
    `${good}?t=-1`,
    `${good}?t=1e9`,
    `${good}?t=99999999`,
    `${good}?t=1&arm=all`,
    `${good}#x`,
    `${good} --no-sandbox`,
    `${good}\n`,
    ` ${good}`,
    `${good}?t=${'9'.repeat(1e6)}`,
  ]) {
    expect(parseRecordingLink(text), text.slice(0, 100)).toBeUndefined();
  }
  fc.assert(fc.property(fc.string(), (text) => parseRecordingLink(text) === undefined));
});
