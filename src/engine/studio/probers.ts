import { randomUUID } from 'node:crypto';
import type { Device, SourceDraft, StreamReport } from '../../shared/domain/source.ts';
import { fromWireError, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../shared/ports/processHost.ts';
import type { ProberCommand, ProberEvent } from '../capture/proberProtocol.ts';
import type { EventListener } from './emitter.ts';

/** Listing devices or testing a stream that takes longer than this has hung. */
const JOB_MS = 20_000;

export interface ProbersPorts {
  readonly processHost: ProcessHost;
  readonly log: Log;
  readonly emit: EventListener;
}

/**
 * Looks at inputs in processes of their own: a driver that hangs or crashes there costs no recording, and a new
 * process sees the devices of this moment, while the recorder's audio system keeps the list from when it started.
 */
export class Probers {
  readonly #ports: ProbersPorts;
  #preview: { readonly id: string; readonly child: ChildHandle } | undefined;

  constructor(ports: ProbersPorts) {
    this.#ports = ports;
  }

  devices(): Promise<readonly Device[]> {
    return this.#job({ type: 'devices' }, (event) => (event.type === 'devices' ? event.devices : undefined));
  }

  testStream(draft: SourceDraft, password: string | undefined): Promise<StreamReport> {
    if (draft.kind !== 'stream') throw new LongtakeError('INVALID_INPUT', 'Only a stream can be tested.');
    return this.#job({ type: 'testStream', draft, ...(password === undefined ? {} : { password }) }, (event) =>
      event.type === 'streamReport' ? event.report : undefined,
    );
  }

  /** Calls `onDevices` at first and after every change, until `signal` is aborted or the prober ends: then `onEnd`. */
  watchDevices(onDevices: (devices: readonly Device[]) => void, onEnd: () => void, signal: AbortSignal): void {
    // What drivers print at each look would fill the log.
    const child = this.#start({ type: 'watchDevices' }, 'quiet');
    let ended = false;
    const end = (): void => {
      ended = true;
      child.kill();
    };
    signal.addEventListener('abort', end, { once: true });
    child.onMessage((message) => {
      const event = message as ProberEvent;
      if (event.type === 'devices' && !ended) onDevices(event.devices);
      if (event.type === 'error') this.#ports.log.warn('Devices cannot be watched.', { reason: event.error.message });
    });
    child.onExit(() => {
      signal.removeEventListener('abort', end);
      if (!ended) onEnd();
    });
    if (signal.aborted) end();
  }

  /** Opens the input and tells its levels until {@link stopPreview}. Resolves at once. */
  startPreview(draft: SourceDraft): string {
    this.stopPreview();
    if (draft.kind === 'stream') {
      throw new LongtakeError('INVALID_INPUT', 'A stream has no level preview; test it instead.');
    }
    const id = randomUUID();
    const child = this.#start({ type: 'preview', draft });
    const current = { id, child };
    this.#preview = current;
    child.onMessage((message) => {
      if (this.#preview !== current) return;
      const event = message as ProberEvent;
      if (event.type === 'levels') {
        this.#ports.emit('preview.levels', { previewId: id, peak: [...event.peak], rms: [...event.rms] });
      }
      if (event.type === 'error') this.#failPreview(id, event.error.message);
    });
    child.onExit(() => {
      if (this.#preview === current) this.#failPreview(id, 'The preview ended unexpectedly. Try again.');
    });
    return id;
  }

  stopPreview(): void {
    const preview = this.#preview;
    this.#preview = undefined;
    preview?.child.kill();
  }

  #failPreview(previewId: string, message: string): void {
    this.stopPreview();
    this.#ports.emit('preview.failed', { previewId, message });
  }

  async #job<Result>(command: ProberCommand, pick: (event: ProberEvent) => Result | undefined): Promise<Result> {
    const child = this.#start(command);
    try {
      return await new Promise<Result>((resolve, reject) => {
        const timer = setTimeout(() => reject(noAnswer('did not answer')), JOB_MS);
        child.onMessage((message) => {
          const event = message as ProberEvent;
          const result = pick(event);
          if (result !== undefined) resolve(result);
          if (event.type === 'error') reject(fromWireError(event.error));
        });
        child.onExit(({ code }) => {
          clearTimeout(timer);
          reject(noAnswer(`ended with code ${code}`));
        });
      });
    } finally {
      child.kill();
    }
  }

  #start(command: ProberCommand, output: 'logged' | 'quiet' = 'logged'): ChildHandle {
    const child = this.#ports.processHost.start('prober');
    child.onOutput((stream, line) => {
      if (output === 'logged') this.#ports.log.debug(`prober ${stream}: ${line}`);
    });
    child.onMessage((message) => {
      const event = message as ProberEvent;
      if (event.type === 'log') this.#ports.log[event.level](event.message, event.data);
    });
    child.send(command);
    return child;
  }
}

function noAnswer(what: string): LongtakeError {
  return new LongtakeError(
    'AUDIO_SYSTEM_UNAVAILABLE',
    `The audio system ${what}. Check that the device works in another program, then try again. Recording is not affected.`,
  );
}
