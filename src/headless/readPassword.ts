import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { EXIT, Failure } from './exit.ts';

/** One line of standard input, which a terminal does not show. */
export function readPassword(): Promise<string> {
  const hidden = new Writable({ write: (_piece, _encoding, done) => done() });
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) process.stderr.write('New password: ');
  const reader = createInterface({ input: process.stdin, output: hidden, terminal: isTerminal });
  return new Promise((resolve, reject) => {
    reader.once('line', (line) => {
      resolve(line);
      reader.close();
      if (isTerminal) process.stderr.write('\n');
    });
    reader.once('close', () => reject(new Failure(EXIT.usage, 'No password was entered.')));
  });
}
