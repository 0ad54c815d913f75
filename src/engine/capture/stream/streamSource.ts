import type { StreamConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { cleanText, parseIcyInterval } from '../../containers/icy.ts';
import type { AudioSource, CaptureListener } from '../audioSource.ts';
import { DataWatchdog, WATCHDOG_CHECK_MS, type WatchdogLimits } from '../soundcard/dataWatchdog.ts';
import { credentialsFor, parseAddress } from './address.ts';
import { type Answer, receive } from './receive.ts';
import { type StreamListener, StreamReader } from './streamReader.ts';

/** No byte for this long means that the stream is lost, ms. */
export const STALL_TIMEOUT = 20_000;
export const CONNECT_TIMEOUT = 15_000;

export interface StreamSourceOptions {
  readonly config: StreamConfig;
  readonly password?: string;
  readonly clock: Clock;
  readonly log?: Log;
  /** ms */
  readonly stallTimeout?: number;
  /** ms */
  readonly connectTimeout?: number;
}

/**
 * An MP3 or AAC stream over HTTP or HTTPS. Blocks hold whole frames as they came; titles are taken out of them. Each
 * `run` is one connection; it rejects with an exact LongtakeError when that cannot be made, stalls or ends.
 */
export function createStreamSource(options: StreamSourceOptions): AudioSource {
  return { run: (listener, signal) => capture(options, listener, signal) };
}

async function capture(options: StreamSourceOptions, listener: CaptureListener, signal: AbortSignal): Promise<void> {
  const { config, password, stallTimeout = STALL_TIMEOUT, connectTimeout = CONNECT_TIMEOUT } = options;
  const url = parseAddress(config.url);
  const quiet = new QuietStream(options.clock, signal, {
    firstMs: connectTimeout + stallTimeout,
    nextMs: stallTimeout,
  });
  let reader: StreamReader | undefined;
  const receiver = {
    onAnswer: (answer: Answer) => {
      const label = cleanText(answer.headers.get('icy-name') ?? '') || answer.url.host;
      reader = openReader(
        config,
        answer,
        forward(options, listener, label, () => quiet.feed()),
      );
    },
    onBytes: (bytes: Uint8Array) => reader?.push(bytes),
  };
  const credentials = credentialsFor(url, config.username, password);
  try {
    await receive({ url, credentials, stallTimeout, connectTimeout }, receiver, quiet.signal);
  } catch (error) {
    endQuietly(reader, options);
    throw error;
  } finally {
    quiet.end();
  }
  if (quiet.expired) {
    endQuietly(reader, options);
    throw withoutAudio(url, stallTimeout);
  }
  if (signal.aborted) {
    endQuietly(reader, options);
    return;
  }
  reader?.end();
  throw ended(url);
}

/** A reader for what an answer announces. */
export function openReader(
  config: Pick<StreamConfig, 'format'>,
  { url, headers }: Answer,
  listener: StreamListener,
): StreamReader {
  const promise = {
    format: config.format,
    contentType: headers.get('content-type'),
    icyInterval: parseIcyInterval(headers.get('icy-metaint')),
    host: url.host,
  };
  return new StreamReader(promise, listener);
}

export function ended(url: URL): LongtakeError {
  return new LongtakeError('STREAM_LOST', `${url.host} ended the stream.`, { details: { host: url.host } });
}

/** Titles that come before the first frames are told behind `onOpen`. */
function forward(
  { clock }: StreamSourceOptions,
  listener: CaptureListener,
  label: string,
  onAudio: () => void,
): StreamListener {
  let open = false;
  let early: string | undefined;
  return {
    onFormat: (container, format) => {
      open = true;
      listener.onOpen({ format, container, label });
      if (early !== undefined) listener.onTitle(early);
    },
    onBlock: (block) => {
      onAudio();
      listener.onBlock(block, clock.monotonic());
    },
    onTitle: (title) => {
      if (open) listener.onTitle(title);
      else early = title;
    },
    onSkipped: (bytes) => {
      if (open) listener.onSkipped(bytes);
    },
  };
}

/** Aborts when no audio comes: bytes alone, such as headers without end or one byte a second, are no stream. */
class QuietStream {
  readonly #watchdog: DataWatchdog;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;
  #expired = false;

  constructor(clock: Clock, wanted: AbortSignal, limits: WatchdogLimits) {
    this.#watchdog = new DataWatchdog(clock, limits);
    this.signal = AbortSignal.any([wanted, this.#abort.signal]);
    this.#timer = setInterval(() => {
      if (!this.#watchdog.expired()) return;
      this.#expired = true;
      this.#abort.abort();
    }, WATCHDOG_CHECK_MS);
  }

  /** It ended the stream, and not whoever wanted it. */
  get expired(): boolean {
    return this.#expired;
  }

  feed(): void {
    this.#watchdog.feed();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function withoutAudio(url: URL, stallTimeout: number): LongtakeError {
  const seconds = Math.round(stallTimeout / 1000);
  return new LongtakeError(
    'STREAM_STALLED',
    `${url.host} sends, but no audio has come for ${seconds} s. It is opened again.`,
    { details: { host: url.host } },
  );
}

/** The last frames count although the connection is gone; why it went is all that the caller hears. */
function endQuietly(reader: StreamReader | undefined, { log }: StreamSourceOptions): void {
  try {
    reader?.end();
  } catch (error) {
    if (!(error instanceof LongtakeError)) throw error;
    log?.debug('The rest of a stream was not audio.', { code: error.code });
  }
}
