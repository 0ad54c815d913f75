import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  controlAskSchema,
  type ControlHello,
  type ControlKind,
  type ControlTell,
} from '../../shared/contract/control.ts';
import type { EventName, EventPayload } from '../../shared/contract/events.ts';
import { answer, type Handlers } from '../../shared/contract/handlers.ts';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { VERSION } from '../../shared/version.ts';
import { lookForControl } from './controlClient.ts';
import { controlLockPath, controlPath, makeControlFolder } from './controlPath.ts';
import { lockFile } from './fileLock.ts';
import { readJsonLines, writeJsonLine } from './jsonLines.ts';

/** Requests of one connection that are answered at a time. */
const MOST_AT_ONCE = 64;
/** Whoever has the lock has its socket soon after, and whoever closes its socket gives the lock back soon after. */
const SOON_MS = 50;
const TRIES = 200;

export interface ControlOptions {
  /** The profile, absolute. */
  readonly folder: string;
  readonly kind: ControlKind;
  readonly log: Log;
  /** Who answers. Without one the profile is held, and every request is refused. */
  readonly studio?: {
    readonly handlers: Handlers;
    onEvent(listener: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void): () => void;
  };
  /** Requests wait for it. */
  readonly ready?: () => Promise<void>;
  /** So long a command that holds the profile is waited for, ms. */
  readonly patienceMs?: number;
}

export interface Control {
  close(): void;
}

/**
 * Takes the profile: one program at a time holds it, and commands ask that one through a socket that nobody but its
 * owner may open. A killed one leaves nothing to clean up. Rejects with CONFLICT and a sentence when another has it,
 * and with a Node error where the file system knows no sockets.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { folder, kind, patienceMs = 10_000 } = options;
  const path = controlPath(folder);
  makeControlFolder(path);
  const sockets = new Set<Socket>();
  const hello: ControlHello = {
    longtake: 1,
    kind,
    pid: process.pid,
    version: VERSION,
    startedAt: Date.now(),
  };
  const give = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, hello, options);
  };
  for (let attempt = 1; ; attempt += 1) {
    const held = await hold(folder, path, give);
    if (held) {
      return {
        close: () => {
          held.close();
          for (const socket of sockets) socket.destroy();
        },
      };
    }
    const other = await lookForControl(folder);
    if (typeof other !== 'string') {
      const left = other.hello.kind === 'command' && (await other.gone(patienceMs));
      other.close();
      if (!left) throw new LongtakeError('CONFLICT', heldBy(other.hello));
    } else {
      if (attempt >= TRIES) throw new LongtakeError('CONFLICT', 'Another Longtake starts at this moment. Try again.');
      await wait(SOON_MS);
    }
  }
}

/**
 * Undefined when another process has the profile. The lock decides: a socket alone cannot be taken over safely, for
 * between a look at it and its removal it may have become that of another one.
 */
async function hold(
  folder: string,
  path: string,
  give: (socket: Socket) => void,
): Promise<{ close(): void } | undefined> {
  const lock = lockFile(controlLockPath(folder));
  if (!lock) return undefined;
  try {
    // Of one that was killed.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    const server = await listen(path, give);
    if (server) {
      return {
        close: () => {
          server.close();
          lock.release();
        },
      };
    }
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.release();
  return undefined;
}

/** Says who has the profile, and what to do. */
function heldBy({ kind, pid }: ControlHello): string {
  switch (kind) {
    case 'desktop':
      return `Longtake runs already with this profile (process ${pid}). Use it, or quit it first.`;
    case 'serve':
      return `longtake serve runs with this profile (process ${pid}). Use it, or end it first.`;
    case 'record':
      return `longtake record runs with this profile (process ${pid}). End it first.`;
    case 'command':
      return `A longtake command works on this profile (process ${pid}). Wait until it is done, then try again.`;
  }
}

/** Undefined when the path is taken. */
function listen(path: string, give: (socket: Socket) => void): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(give);
    server.unref();
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

function serve(socket: Socket, hello: ControlHello, { studio, ready, log }: ControlOptions): void {
  let open = 0;
  let unsubscribe: (() => void) | undefined;
  const tell = (line: ControlTell): void => writeJsonLine(socket, line);
  // Whoever goes away has nothing to be told.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => unsubscribe?.());
  writeJsonLine(socket, hello);

  const reply = async (id: number, request: string, input: unknown): Promise<void> => {
    if (!studio) {
      tell({ id, reply: { ok: false, error: { code: 'CONFLICT', message: heldBy(hello) } } });
      return;
    }
    if (open >= MOST_AT_ONCE) {
      tell({ id, reply: { ok: false, error: { code: 'CONFLICT', message: 'Too many requests at a time.' } } });
      return;
    }
    open += 1;
    try {
      await ready?.();
      const onBug = (error: unknown, name: string): void => log.error(`The request ${name} failed.`, { error });
      const answered = await answer(studio.handlers, request, input, onBug, { local: true });
      tell({ id, reply: answered.ok ? { ok: true, value: answered.value ?? null } : answered });
    } catch (error) {
      // Only the start can fail here: it tells its own story.
      tell({
        id,
        reply: { ok: false, error: { code: 'CONFLICT', message: `Longtake could not start. ${String(error)}` } },
      });
    } finally {
      open -= 1;
    }
  };

  const follow = async (id: number): Promise<void> => {
    await ready?.().catch(() => undefined);
    if (socket.destroyed) return;
    unsubscribe ??= studio?.onEvent((event, payload) => tell({ event, payload }));
    tell({ id, reply: { ok: true, value: null } });
  };

  readJsonLines(socket, (line) => {
    const ask = controlAskSchema.parse(line);
    if ('request' in ask) {
      void reply(ask.id, ask.request, ask.input);
      return;
    }
    void follow(ask.id);
  });
}
