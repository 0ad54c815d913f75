import { HttpAnswer } from '../../src/engine/capture/stream/httpAnswer.ts';
import { LineError } from '../../src/engine/capture/stream/lineError.ts';
import { check } from './check.ts';
import { pieces } from './mutate.ts';
import type { Target } from './targets.ts';

const ANSWERS = [
  'HTTP/1.1 200 OK\r\nicy-name: Radio\r\nicy-metaint: 16000\r\nContent-Type: audio/mpeg\r\n\r\nabcdefgh',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n3;x=y\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.0 302 Found\nLocation: /live.mp3\nContent-Length: 4\n\nHere',
  'ICY 200 OK\r\nicy-br:128\r\nX-Long: a\r\n b\r\n\r\nabc',
];

/** What a server says. What comes out must not depend on how the network cut it. */
export const httpTarget: Target = {
  name: 'http',
  corpus: ANSWERS.map((text) => Buffer.from(text, 'latin1')),
  read: (input, dice) => {
    const whole = answerIn([input]);
    const cut = answerIn(pieces(input, dice));
    check(whole === cut, `It says ${cut} in pieces, and ${whole} as one.`);
  },
  endless: () => {
    let answer = create(() => undefined);
    return (bytes) => {
      try {
        answer.push(bytes);
      } catch (error) {
        refused(error);
        answer = create(() => undefined);
      }
    };
  },
};

function create(onText: (text: string) => void): HttpAnswer {
  return new HttpAnswer({
    onHead: ({ status, text, headers }) => onText(JSON.stringify([status, text, ...headers])),
    onBody: (bytes) => onText(Buffer.from(bytes).toString('latin1')),
  });
}

function answerIn(parts: Iterable<Uint8Array>): string {
  let said = '';
  const answer = create((text) => {
    said += text;
  });
  let given = 0;
  try {
    for (const part of parts) {
      given += part.length;
      answer.push(part);
    }
    answer.end();
    said += answer.isWhole ? ' whole' : ' open';
  } catch (error) {
    said += refused(error);
  }
  check(said.length <= given * 7 + 100, 'More came out than went in.');
  return said;
}

function refused(error: unknown): string {
  if (error instanceof LineError) return error.code;
  throw error;
}
