import type { Socket } from 'node:net';

/** Longest line that is read, in characters. */
const LONGEST_LINE = 32 * 1024 * 1024;
/** So much may wait for somebody who does not read, bytes; then the connection ends. */
const MOST_WAITING = 64 * 1024 * 1024;

/** Calls `onLine` for every line of JSON; what is none, or is too long, ends the connection. */
export function readJsonLines(socket: Socket, onLine: (value: unknown) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece) => {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) socket.destroy();
    for (const line of lines) {
      if (socket.destroyed) return;
      try {
        onLine(JSON.parse(line));
      } catch {
        // Whoever writes something else here speaks another language.
        socket.destroy();
      }
    }
  });
}

/** Writes one line; ends the connection where too much waits already. */
export function writeJsonLine(socket: Socket, value: unknown): void {
  if (socket.destroyed) return;
  if (socket.writableLength > MOST_WAITING) socket.destroy();
  else socket.write(`${JSON.stringify(value)}\n`);
}
