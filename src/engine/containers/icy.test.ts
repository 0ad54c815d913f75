import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IcyRemover, parseIcyInterval, parseIcyTitle } from './icy.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** A metadata block: its length in units of 16, then the text and padding. */
function block(content: Uint8Array): Uint8Array {
  const units = Math.ceil(content.length / 16);
  const bytes = new Uint8Array(1 + units * 16);
  bytes[0] = units;
  bytes.set(content, 1);
  return bytes;
}

const title = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((value) => !/['\p{Cc}]/u.test(value) && value.trim() === value && !/\s{2}|[^\S ]/.test(value));

describe('IcyRemover', () => {
  test('gives the audio byte for byte and every title, however the input is cut', () => {
    const metadata = fc.oneof(fc.constant(undefined), title);
    const scene = fc.tuple(
      fc.integer({ min: 1, max: 500 }),
      fc.array(metadata, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(scene, ([interval, metadatas, lengths]) => {
        const audio: Uint8Array[] = [];
        const stream: Uint8Array[] = [];
        for (const [index, entry] of metadatas.entries()) {
          const part = new Uint8Array(interval).fill(index + 1);
          audio.push(part);
          stream.push(part, block(entry === undefined ? new Uint8Array(0) : text(`StreamTitle='${entry}';`)));
        }
        const whole = Buffer.concat(stream);
        const remover = new IcyRemover(interval);
        const got: Uint8Array[] = [];
        const titles: { text: string; at: number }[] = [];
        let at = 0;
        let before = 0;
        for (let index = 0; at < whole.length; index += 1) {
          const length = lengths[index % lengths.length] ?? 1;
          const piece = remover.push(whole.subarray(at, at + length));
          got.push(...piece.audio);
          titles.push(...piece.titles.map((found) => ({ text: found.text, at: before + found.at })));
          before += piece.audio.reduce((sum, part) => sum + part.length, 0);
          at += length;
        }
        expect(Buffer.compare(Buffer.concat(got), Buffer.concat(audio))).toBe(0);
        const wanted = metadatas.map((entry, index) => ({ text: entry, at: (index + 1) * interval }));
        expect(titles).toEqual(wanted.filter((entry) => entry.text !== undefined));
      }),
    );
  });

  test('tells that titles and audio are out of step, and gives nothing out from there on', () => {
    const audio = new Uint8Array(300).fill(200);
    const remover = new IcyRemover(300);
    expect(remover.push(Buffer.concat([audio, block(text("StreamTitle='a';"))])).outOfStep).toBe(false);
    // A byte was put in: the last byte of the audio is taken for the length of a block.
    const damaged = Buffer.concat([new Uint8Array(1), audio, block(text(''))]);
    expect(remover.push(damaged)).toMatchObject({ outOfStep: false });
    expect(remover.push(new Uint8Array(200 * 16).fill(9))).toEqual({ audio: [], titles: [], outOfStep: true });
    expect(remover.push(audio)).toEqual({ audio: [], titles: [], outOfStep: true });
  });

  test('survives any bytes and loses none but lengths and metadata', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 300 }), (bytes, interval) => {
        const { audio } = new IcyRemover(interval).push(bytes);
        expect(audio.reduce((sum, part) => sum + part.length, 0)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('parseIcyTitle', () => {
  test.each([
    ["StreamTitle='Rock 'n' Roll';", "Rock 'n' Roll"],
    ["StreamTitle='It's; over';StreamUrl='https://example.org/';", "It's; over"],
    ["StreamTitle='Don';t stop';StreamUrl='';", "Don';t stop"],
    ["StreamTitle='no end", 'no end'],
    ["StreamTitle='quote only'", 'quote only'],
    ["StreamTitle='  two\n lines ';", 'two lines'],
    ["StreamTitle='';", undefined],
    ["StreamUrl='x';", undefined],
    ["StreamTitle='It&#8217;s &#128266; &#9999999; &amp;';", 'It’s 🔊 &#9999999; &amp;'],
    ["StreamUrl='x';StreamTitle='second';", 'second'],
  ])('%s', (metadata, expected) => {
    expect(parseIcyTitle(text(metadata))).toBe(expected);
  });

  test('reads UTF-8, and what is not UTF-8 as Windows-1252', () => {
    expect(parseIcyTitle(text("StreamTitle='Café ☕';"))).toBe('Café ☕');
    expect(parseIcyTitle(Buffer.from("StreamTitle='Café';", 'latin1'))).toBe('Café');
  });
});

test('an interval that makes no sense is none', () => {
  expect(parseIcyInterval(' 16000 ')).toBe(16_000);
  for (const header of [undefined, '', '0', '-1', '1e3', '99999999999', '999999999', 'x']) {
    expect(parseIcyInterval(header), header).toBeUndefined();
  }
});
