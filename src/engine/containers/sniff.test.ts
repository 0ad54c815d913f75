import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SNIFF_BYTES, promisedBy, sniff } from './sniff.ts';

const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));

function mp3(count: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

function adts(count: number, length = 200): Buffer {
  const frame = Buffer.alloc(length);
  frame.set([0xff, 0xf1, 0x4c, 0x80 | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc]);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

describe('sniff', () => {
  test.each([
    ['RIFF....WAVEfmt ', { kind: 'wav' }],
    ['RF64\u00ff\u00ff\u00ff\u00ffWAVEds64', { kind: 'wav' }],
    ['OggS', undefined],
    ['fLaC', { kind: 'flac' }],
    ['\0\0\0\u0020ftypM4A ', { kind: 'unsupported', name: 'MP4' }],
    ['\n <!DOCTYPE HTML>', { kind: 'html' }],
    ['#EXTM3U\n#EXT-X-VERSION:3', { kind: 'playlist', name: 'HLS playlist' }],
    ['#EXTM3U\nhttp://a/', { kind: 'playlist', name: 'M3U playlist' }],
    ['http://a.example/stream\n', { kind: 'playlist', name: 'M3U playlist' }],
    ['[playlist]\nFile1=', { kind: 'playlist', name: 'PLS playlist' }],
    ['The server is full. Please come back later, or ask for more listeners.', { kind: 'text' }],
    ['short', undefined],
    ['', undefined],
  ])('%j', (bytes, expected) => {
    expect(sniff(text(bytes))).toEqual(expected);
  });

  test('finds MP3 and ADTS from the middle of a frame', () => {
    expect(sniff(mp3(4).subarray(200))).toEqual({ kind: 'mp3' });
    expect(sniff(adts(4).subarray(77))).toEqual({ kind: 'adts' });
    expect(sniff(adts(4, 8191).subarray(5000).subarray(0, SNIFF_BYTES))).toEqual({ kind: 'adts' });
  });

  test('waits for a third header', () => {
    expect(sniff(mp3(2))).toBeUndefined();
    expect(sniff(adts(2))).toBeUndefined();
  });

  test('looks behind an ID3 tag', () => {
    const tag = Buffer.alloc(40, 0x20);
    tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 30]);
    expect(sniff(Buffer.concat([tag, adts(4)]))).toEqual({ kind: 'adts' });
  });

  test('believes the promise when both are there', () => {
    const both = Buffer.concat([adts(4), mp3(4)]);
    expect(sniff(both)).toEqual({ kind: 'adts' });
    expect(sniff(both, 'mp3')).toEqual({ kind: 'mp3' });
  });

  test('calls no noise audio', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 512, maxLength: 4096 }), (bytes) => {
        fc.pre(!(bytes[0] === 0x47 && bytes[188] === 0x47));
        expect(['mp3', 'adts', 'ogg', 'flac', 'html', 'text']).not.toContain(sniff(bytes)?.kind);
      }),
    );
  });
});

test('Content-Types promise what stations mean by them', () => {
  expect(promisedBy('audio/mpeg')).toBe('mp3');
  expect(promisedBy('Audio/AACP; charset=x')).toBe('adts');
  expect(promisedBy('application/ogg')).toBe('ogg');
  expect(promisedBy('audio/x-flac')).toBe('flac');
  expect(promisedBy('audio/midi')).toBe('other audio');
  expect(promisedBy('text/html; charset=utf-8')).toBe('no audio');
  expect(promisedBy('application/octet-stream')).toBe('unknown');
  expect(promisedBy('toString')).toBe('unknown');
  expect(promisedBy(undefined)).toBe('unknown');
});
