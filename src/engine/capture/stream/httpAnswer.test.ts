import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnswerHead, HttpAnswer } from './httpAnswer.ts';

/** What an answer says when it comes in pieces that end at `cuts`. */
function read(bytes: Uint8Array, cuts: readonly number[] = []) {
  let head: AnswerHead | undefined;
  const body: number[] = [];
  const answer = new HttpAnswer({
    onHead: (found) => {
      head = found;
    },
    onBody: (part) => body.push(...part),
  });
  let at = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    answer.push(bytes.slice(at, cut));
    at = cut;
  }
  let end: string | undefined;
  try {
    answer.end();
  } catch (error) {
    end = String((error as { code?: unknown }).code);
  }
  return { ...head, body: Buffer.from(body).toString('latin1'), isWhole: answer.isWhole, end };
}

const said = (text: string, cuts: readonly number[] = []) => read(Buffer.from(text, 'latin1'), cuts);

describe('an answer', () => {
  test('is understood however it is cut', () => {
    const chunked =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nicy-name: Radio\r\n  Two\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '5;a=b\r\nHello\r\n0B\r\n, two words\r\n0\r\nX-Trailer: 1\r\n\r\nmore';
    const whole = said(chunked);
    expect(whole).toMatchObject({ status: 200, text: 'OK', body: 'Hello, two words', isWhole: true, end: undefined });
    expect(whole.headers?.get('icy-name')).toBe('Radio Two');
    fc.assert(
      fc.property(fc.array(fc.nat(chunked.length), { maxLength: 30 }), (cuts) => {
        expect(said(chunked, cuts)).toEqual(whole);
      }),
    );
  });

  test('of SHOUTcast 1, and one with bare line feeds, is one as well', () => {
    expect(said('ICY 200 OK\r\nicy-br:128\r\n\r\nabc')).toMatchObject({ status: 200, body: 'abc', end: undefined });
    expect(said('HTTP/1.0 404\nServer: x\n\nabc')).toMatchObject({ status: 404, text: '', body: 'abc' });
  });

  test('has an end where it says so, and is cut short before', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(said(`${text}Hello more`)).toMatchObject({ body: 'Hello', isWhole: true, end: undefined });
    expect(said(`${text}Hell`)).toMatchObject({ body: 'Hell', isWhole: false, end: 'CUT_SHORT' });
    expect(said('HTTP/1.1 200 OK\r\n')).toMatchObject({ end: 'NO_HTTP' });
    expect(said('')).toMatchObject({ end: 'CUT_SHORT' });
    expect(said('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHel')).toMatchObject({ end: 'CUT_SHORT' });
  });

  test('tells names of stations in whatever code they are written', () => {
    const utf8 = Buffer.from('HTTP/1.0 200 OK\r\nICY-Name: Räksmörgås\r\nicy-name: other\r\n\r\n');
    expect(read(utf8).headers?.get('icy-name')).toBe('Räksmörgås');
    expect(said('HTTP/1.0 200 OK\r\nicy-name: Räksmörgås\r\n\r\n').headers?.get('icy-name')).toBe('Räksmörgås');
  });

  test.each([
    'SSH-2.0-x\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 OK\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}`,
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n',
  ])('that is none is refused: %#', (text) => {
    expect(() => said(text)).toThrow(expect.objectContaining({ code: 'NO_HTTP' }));
  });

  test.each(['zz\r\n', '5\r\nHelloo\r\n', `${'0'.repeat(5000)}5\r\n`])(
    'in pieces that do not fit is cut short: %#',
    (body) => {
      expect(() => said(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`)).toThrow(
        expect.objectContaining({ code: 'CUT_SHORT' }),
      );
    },
  );
});
