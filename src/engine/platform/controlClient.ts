import { connect, type Socket } from 'node:net';
import {
  type ControlAsk,
  type ControlHello,
  controlHelloSchema,
  type ControlTell,
  controlTellSchema,
} from '../../shared/contract/control.ts';
import { type EventName, type EventPayload, isEventName } from '../../shared/contract/events.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts';
import { errnoOf, fromWireError, LongtakeError } from '../../shared/errors.ts';
import { controlPath } from './controlPath.ts';
import { readJsonLines, writeJsonLine } from './jsonLines.ts';

/** A program that lives says who it is at once; one that is very busy says so late, ms. */
const HELLO_MS = 20_000;

/** What a face asks the studio through. */
export interface StudioLink {
  request<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<RequestOutput<Name>>;
  /** Returns a function that ends the subscription. */
  onEvent(listener: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void): () => void;
}

export interface ControlLink extends StudioLink {
  readonly hello: ControlHello;
  /** True once the other side has gone; false after `ms`. */
  gone(ms: number): Promise<boolean>;
  close(): void;
}

/**
 * Whoever holds the profile in `folder`; undefined when nobody does. Rejects with NOT_ALLOWED where that is somebody
 * else's, and with CONFLICT when it does not answer.
 */
export async function findControl(folder: string): Promise<ControlLink | undefined> {
  const found = await lookForControl(folder);
  return typeof found === 'string' ? undefined : found;
}

/** `none`: nobody holds the profile, or not any more; `stale`: whoever did was killed, and its socket is there. */
export async function lookForControl(folder: string): Promise<ControlLink | 'none' | 'stale'> {
  const socket = await reach(controlPath(folder));
  return typeof socket === 'string' ? socket : ((await greet(socket)) ?? 'none');
}

function reach(path: string): Promise<Socket | 'none' | 'stale'> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', (error) => {
      const code = errnoOf(error);
      if (code === 'EACCES' || code === 'EPERM') {
        reject(
          new LongtakeError('NOT_ALLOWED', 'This profile belongs to somebody else. Choose another with --profile.'),
        );
      } else if (code === 'ECONNREFUSED' || code === 'ENOTSOCK') resolve('stale');
      else if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ECONNRESET') resolve('none');
      else reject(error);
    });
  });
}

/** Undefined when it goes away instead of saying who it is: it has just ended. */
function greet(socket: Socket): Promise<ControlLink | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new LongtakeError('CONFLICT', 'A Longtake has this profile, and does not answer. End it, then try again.'),
      );
      socket.destroy();
    }, HELLO_MS);
    const early = (): void => {
      clearTimeout(timer);
      resolve(undefined);
    };
    socket.on('error', () => socket.destroy());
    socket.once('close', early);
    const waiting: Waiting = new Map();
    const listeners = new Set<(name: EventName, payload: never) => void>();
    let greeted = false;
    readJsonLines(socket, (line) => {
      if (greeted) {
        hear(controlTellSchema.parse(line), waiting, listeners);
        return;
      }
      const hello = controlHelloSchema.parse(line);
      greeted = true;
      clearTimeout(timer);
      socket.off('close', early);
      resolve(link(socket, hello, waiting, listeners));
    });
  });
}

type Waiting = Map<number, (reply: Extract<ControlTell, { id: number }>['reply'] | undefined) => void>;
type Listeners = Set<(name: EventName, payload: never) => void>;

function hear(line: ControlTell, waiting: Waiting, listeners: Listeners): void {
  if ('id' in line) {
    waiting.get(line.id)?.(line.reply);
    waiting.delete(line.id);
    return;
  }
  if (!isEventName(line.event)) return;
  for (const listener of listeners) listener(line.event, line.payload as never);
}

function link(socket: Socket, hello: ControlHello, waiting: Waiting, listeners: Listeners): ControlLink {
  let last = 0;
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOver = true;
      for (const settle of waiting.values()) settle(undefined);
      waiting.clear();
      resolve();
    });
  });
  const ask = (line: (id: number) => ControlAsk): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      const settle: Parameters<Waiting['set']>[1] = (reply) => {
        if (!reply) reject(new LongtakeError('CONFLICT', 'Longtake ended before it answered. Try again.'));
        else if (reply.ok) resolve(reply.value);
        else reject(fromWireError(reply.error));
      };
      if (isOver) settle(undefined);
      else {
        waiting.set(last, settle);
        writeJsonLine(socket, line(last));
      }
    });
  return {
    hello,
    // The studio that answers has checked its own output against the contract.
    request: (request, input) => ask((id) => ({ id, request, input })) as never,
    onEvent: (listener) => {
      const given = listener as (name: EventName, payload: never) => void;
      if (listeners.size === 0) void ask((id) => ({ id, subscribe: true })).catch(() => undefined);
      listeners.add(given);
      return () => listeners.delete(given);
    },
    gone: async (ms) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
      await Promise.race([over, late]);
      clearTimeout(timer);
      return isOver;
    },
    close: () => socket.destroy(),
  };
}
