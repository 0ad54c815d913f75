import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagBytes, writeId3 } from './id3.ts';

describe('an ID3 tag', () => {
  it('states its own length, and holds nothing that looks like a frame of audio', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.string({ unit: 'binary' }), (title, source) => {
        const tag = writeId3([
          { frame: 'TIT2', value: title },
          { name: 'SOURCE', value: source },
        ]);
        expect(tagBytes(tag, 0)).toBe(tag.length);
        expect(tag.includes(0xff)).toBe(false);
      }),
    );
  });

  it('is as long as it is wanted, or longer where its texts are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), fc.nat({ max: 4000 }), (value, wanted) => {
        const texts = [{ frame: 'TIT2', value }] as const;
        const tag = writeId3(texts, wanted);
        expect(tag.length).toBe(Math.max(wanted, writeId3(texts).length));
        expect(tagBytes(tag, 0)).toBe(tag.length);
      }),
    );
  });

  it('keeps texts of any script', () => {
    const text = new TextDecoder().decode(writeId3([{ name: 'SOURCE', value: 'Радио №1' }]));
    expect(text).toContain('TXXX');
    expect(text).toContain('SOURCE\0Радио №1');
  });
});
