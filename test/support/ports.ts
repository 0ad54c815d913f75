import { once } from 'node:events';
import { createServer } from 'node:net';

/** What systems give to whoever asks for any port, or connects to one, is above: Linux from 32,768 on. */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * A port of loopback that nobody is given while its server is away. The system may hand any other one to another
 * program in that time, and a client that tries it again and again can even be connected to itself.
 */
export async function keptPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  const closed = once(server, 'close');
  server.close();
  await closed;
  return true;
}
