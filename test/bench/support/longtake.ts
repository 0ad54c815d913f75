import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildEntry } from '../../../scripts/testing/build-entry.mjs';
import type { HostMessage, HostOrders } from './recorderHost.ts';

const BUILT = join(import.meta.dirname, '../../../out/main');

/** Builds the program that {@link RecordingStudio} runs. */
export function buildRecorderHost(): Promise<string> {
  return buildEntry('bench-host', join(import.meta.dirname, 'recorderHost.ts'));
}

/** Longtake at work without a window, in processes of its own. */
export class RecordingStudio {
  readonly #host: ChildProcess;
  /** Of the recorder, which does all capture and writing. */
  readonly recorderPid: number;

  private constructor(host: ChildProcess, recorderPid: number) {
    this.#host = host;
    this.recorderPid = recorderPid;
  }

  /** Resolves once every source records. */
  static async start(program: string, orders: Omit<HostOrders, 'built'>): Promise<RecordingStudio> {
    const host = fork(program, [], { stdio: 'inherit' });
    host.send({ ...orders, built: BUILT } satisfies HostOrders);
    const told = await nextMessage(host);
    if (told.type !== 'recording') throw new Error('The studio ended before it recorded.');
    return new RecordingStudio(host, told.recorderPid);
  }

  /** Of the studio, whose child the recorder is. */
  get pid(): number {
    return this.#host.pid ?? 0;
  }

  /** Closes every file; returns the recordings folder. */
  async stop(): Promise<string> {
    const exit = once(this.#host, 'exit');
    this.#host.send('stop');
    const told = await nextMessage(this.#host);
    await exit;
    if (told.type !== 'stopped') throw new Error('The studio did not stop.');
    return told.folder;
  }
}

async function nextMessage(host: ChildProcess): Promise<HostMessage> {
  const ended = once(host, 'exit').then(([code]) => {
    throw new Error(`The studio ended with code ${String(code)}.`);
  });
  const [message] = await Promise.race([once(host, 'message'), ended]);
  ended.catch(() => undefined);
  return message as HostMessage;
}
