import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlaylistKind } from '../../../shared/domain/source.ts';
import { MOST_ENTRIES, MOST_PLAYLIST_BYTES, type Playlist, promisedPlaylist, readPlaylist } from './playlist.ts';
import { PlaylistBody } from './playlistBody.ts';

const BASE = new URL('http://radio.example/lists/main.m3u');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string | Uint8Array, promised?: PlaylistKind): Playlist | undefined =>
  readPlaylist(typeof text === 'string' ? bytes(text) : text, BASE, promised);
const entries = (text: string | Uint8Array, promised?: PlaylistKind): readonly string[] | undefined => {
  const found = read(text, promised);
  return found && 'entries' in found ? found.entries.map(({ href }) => href) : undefined;
};
const xspf = (tracks: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>${tracks}</trackList></playlist>`;

describe('a playlist', () => {
  test('of any kind gives its web addresses in order, relative ones resolved, each once', () => {
    const wanted = ['http://radio.example/lists/one.mp3', 'https://other.example:8443/two?x=1&y=2'];
    const m3u = '#EXTM3U\r\n#EXTINF:-1,One\r\none.mp3\r\n\r\nhttps://other.example:8443/two?x=1&y=2\r\none.mp3\r\n';
    expect(entries(m3u)).toEqual(wanted);
    expect(entries(m3u.replaceAll('\r\n', '\r'))).toEqual(wanted);
    const pls =
      '\ufeff[playlist]\nNumberOfEntries=2\nFile2=https://other.example:8443/two?x=1&y=2\nTitle1=x\nfile1 = one.mp3\nLength1=-1\nVersion=2\n';
    expect(entries(pls)).toEqual(wanted);
    const locations = '<location>one.mp3</location><location>https://other.example:8443/two?x=1&amp;y=2</location>';
    expect(entries(xspf(`<track>${locations}</track>`))).toEqual(wanted);
  });

  test('without a mark is known by its headers or ending, or by an address in its first line', () => {
    expect(entries('one.mp3', 'm3u')).toEqual(['http://radio.example/lists/one.mp3']);
    expect(read('one.mp3')).toBeUndefined();
    expect(entries('# a comment\nhttp://a.example/b')).toEqual(['http://a.example/b']);
    expect(promisedPlaylist('audio/x-scpls; charset=utf-8', BASE)).toBe('pls');
    expect(promisedPlaylist('text/plain', BASE)).toBe('m3u');
    expect(promisedPlaylist(undefined, new URL('http://a/b.XSPF?x=.pls'))).toBe('xspf');
    expect(promisedPlaylist('audio/mpeg', new URL('http://a/b.mp3'))).toBeUndefined();
  });

  test('is what its text says, whatever its headers promise', () => {
    expect(read('[playlist]\nFile1=http://a.example/', 'm3u')).toMatchObject({ kind: 'pls' });
    expect(read(xspf(''), 'pls')).toMatchObject({ kind: 'xspf' });
    expect(read('<html><body>Not found</body></html>', 'm3u')).toBeUndefined();
  });

  test('of HLS is told apart', () => {
    expect(read('#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\nseg0.ts\n')).toEqual({ kind: 'hls' });
    expect(read('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000\nlow.m3u8\n', 'm3u')).toEqual({ kind: 'hls' });
    expect(read('#EXTM3U\n#EXTINF:-1,x\nhttp://a.example/\n', 'm3u')).toMatchObject({ kind: 'm3u' });
  });

  test('is read in UTF-8, UTF-16 and Latin-1', () => {
    const text = '#EXTM3U\n#EXTINF:-1,Café\nhttp://a.example/caf\u00e9\n';
    const wanted = ['http://a.example/caf%C3%A9'];
    expect(entries(text)).toEqual(wanted);
    expect(entries(Buffer.from(text, 'latin1'))).toEqual(wanted);
    expect(entries(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(wanted);
    expect(entries(Buffer.from(text, 'utf16le'))).toEqual(wanted);
    expect(entries(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())).toEqual(wanted);
  });

  test('leads to nothing but web addresses', () => {
    const others = 'file:///etc/passwd\nC:\\music\\a.mp3\nrtsp://a.example/\nmms://a.example/\njavascript:alert(1)\n';
    expect(entries(`#EXTM3U\n${others}`)).toEqual([]);
    expect(
      entries(
        `[playlist]\n${others
          .split('\n')
          .map((line, index) => `File${index}=${line}`)
          .join('\n')}`,
      ),
    ).toEqual([]);
    expect(entries('#EXTM3U\n')).toEqual([]);
    expect(entries('', 'm3u')).toEqual([]);
  });

  test('that is huge is cut at a whole line, and gives so many entries at most', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `http://a.example/${index}`).join('\n');
    expect(entries(`#EXTM3U\n${lines}`)).toHaveLength(MOST_ENTRIES);
    const long = `#EXTM3U\n${'#'.repeat(MOST_PLAYLIST_BYTES - 30)}\nhttp://a.example/whole-or-not`;
    expect(entries(long)).toEqual([]);
  });

  test('of hostile XML is refused in no time', () => {
    const bomb = '<!DOCTYPE playlist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>';
    const hostile = [
      `<?xml version="1.0"?>${bomb}<playlist><trackList><track><location>&b;</location></track></trackList></playlist>`,
      `<playlist>${'<a>'.repeat(20_000)}`,
      `<playlist>${'<!--'.repeat(20_000)}`,
      `${'<!---->'.repeat(20_000)}<playlist`,
      `<playlist ${'a="b" '.repeat(20_000)}>`,
      '<playlist><trackList><track><location>http://a.example/',
      `<playlist xmlns:__proto__="x"><__proto__><location>http://a.example/</location></__proto__></playlist>`,
      xspf(`<track>${'<location>&#99999999;&#xFFFFFF;</location>'.repeat(5000)}</track>`),
    ];
    for (const text of hostile) {
      const startedAt = performance.now();
      expect(entries(text, 'xspf') ?? []).not.toContain('http://a.example/');
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    }
    expect(read(hostile[0] ?? '', 'xspf')).toMatchObject({ kind: 'broken' });
  });

  test('never breaks the reader, whatever it holds', () => {
    const kinds = fc.constantFrom<PlaylistKind | undefined>('m3u', 'pls', 'xspf', undefined);
    const starts = fc.constantFrom('', '#EXTM3U\n', '[playlist]\nFile1=', '<playlist><trackList>', '<?xml?><playlist>');
    const content = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 100 }));
    fc.assert(
      fc.property(kinds, starts, content, fc.uint8Array({ maxLength: 200 }), (kind, start, text, rest) => {
        for (const whole of [bytes(start + text), Buffer.concat([bytes(start), rest])]) {
          for (const address of entries(whole, kind) ?? []) expect(address).toMatch(/^https?:\/\//);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the body of an answer', () => {
  test('is audio as soon as its bytes are, and a text up to its limit', () => {
    expect(new PlaylistBody('m3u').push(Uint8Array.of(0xff, 0xfb, 0x90, 0x04, 0x00))).toBe('no text');
    expect(new PlaylistBody(undefined).push(bytes('OggS\u0000\u0002'))).toBe('no text');
    expect(new PlaylistBody(undefined).push(Buffer.from('[pl', 'utf16le'))).toBe('more');
    for (const promised of ['m3u', undefined] as const) {
      const body = new PlaylistBody(promised);
      let pushed = 0;
      while (body.push(bytes('a'.repeat(1000))) === 'more') pushed += 1000;
      expect(pushed).toBeLessThanOrEqual(MOST_PLAYLIST_BYTES);
    }
  });

  test('that comes byte by byte is the same', () => {
    const body = new PlaylistBody(undefined);
    for (const byte of bytes('http://a.example/\n')) expect(body.push(Uint8Array.of(byte))).toBe('more');
    expect(entries(body.bytes)).toEqual(['http://a.example/']);
  });
});
