import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';

/** A socket whose owner was killed is taken over; somebody else may be doing the same at this moment. */
const TRIES = 3;

export interface InstanceLock {
  release(): void;
}

/**
 * Makes sure that one process at a time does what `name` stands for. It is a socket that only a living process can
 * answer on, so that nothing needs cleaning up after a crash. Undefined when another process has it.
 */
export async function acquireLock(name: string): Promise<InstanceLock | undefined> {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 24);
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\longtake-${id}` : join(tmpdir(), `longtake-${id}.sock`);
  for (let attempt = 1; ; attempt += 1) {
    const server = await listen(path);
    if (server) return { release: () => server.close() };
    if (attempt === TRIES || (await isAnswered(path))) return undefined;
    if (process.platform !== 'win32') rmSync(path, { force: true });
  }
}

/** Undefined when the path is taken. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    // Not allowed to ask means that somebody else's process is there.
    socket.once('error', (error) => resolve(errnoOf(error) === 'EACCES'));
  });
}
