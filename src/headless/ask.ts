import { createInterface } from 'node:readline';

/** Whether a person sits here who sees a question and can answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Only a clear yes is one; the end of the input is none. Ctrl+C stays what it is everywhere else. */
export function isAgreed(question: string): Promise<boolean> {
  // Not as a terminal of its own, which would keep Ctrl+C to itself.
  const reader = createInterface({ input: process.stdin, terminal: false });
  process.stderr.write(`${question} [y/N] `);
  return new Promise((resolve) => {
    reader.once('line', (line) => {
      resolve(/^\s*y(es)?\s*$/i.test(line));
      reader.close();
    });
    reader.once('close', () => resolve(false));
  });
}
