import type { StreamConfig } from '../../../shared/domain/source.ts';
import { DEFAULT_STALL_SECONDS } from '../../../shared/domain/sourceDefaults.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { cleanText, parseIcyInterval } from '../../containers/icy.ts';
import type { AudioSource, CaptureListener } from '../audioSource.ts';
import { credentialsFor, Logins, parseAddress, withoutCredentials } from './address.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import type { Answer } from './receive.ts';
import { RefusedEntries } from './refusedEntries.ts';
import { type StreamContainer, type StreamListener, StreamReader } from './streamReader.ts';
import { type Station, tune, type TunedAnswer } from './tune.ts';

export const CONNECT_TIMEOUT = 15_000;

export interface StreamSourceOptions {
  readonly config: StreamConfig;
  readonly password?: string;
  readonly clock: Clock;
  readonly log?: Log;
  /** ms; what the source's settings say when absent */
  readonly stallTimeout?: number;
  /** ms */
  readonly connectTimeout?: number;
  /** Of proxies; this process's own when absent. */
  readonly environment?: ProxyEnvironment;
}

/**
 * A stream of MP3, AAC, Ogg or FLAC over HTTP or HTTPS, or a playlist that leads to one. Blocks hold whole frames as
 * they came; titles are taken out of them. Each `run` is one connection, for which playlists are read anew; it rejects
 * with an exact LongtakeError when that cannot be made, stalls or ends.
 */
export function createStreamSource(options: StreamSourceOptions): AudioSource {
  const refused = new RefusedEntries(options.clock);
  return { run: (listener, signal) => capture(options, refused, listener, signal) };
}

async function capture(
  options: StreamSourceOptions,
  refused: RefusedEntries,
  listener: CaptureListener,
  signal: AbortSignal,
): Promise<void> {
  const { config, password, clock, log, environment } = options;
  const { connectTimeout = CONNECT_TIMEOUT } = options;
  const stallTimeout = options.stallTimeout ?? (config.stallSeconds ?? DEFAULT_STALL_SECONDS) * 1000;
  const entered = parseAddress(config.url);
  const url = withoutCredentials(entered);
  const logins = new Logins().with(url, credentialsFor(entered, config.username, password));
  const limits = { connectTimeout, stallTimeout, ...(environment ? { environment } : {}) };
  const open = (answer: TunedAnswer, onAudio: () => void): Station => listen(options, answer, listener, onAudio);
  await tune({ ...limits, url, logins, clock, log, refused, open }, signal);
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

/** Titles that come before the first frames are told behind `onOpen`. */
function listen(
  { clock, config }: StreamSourceOptions,
  answer: TunedAnswer,
  listener: CaptureListener,
  onAudio: () => void,
): Station {
  const label = cleanText(answer.headers.get('icy-name') ?? '') || answer.url.host;
  const elsewhere = answer.route.length > 1 ? { address: answer.url.href } : {};
  let opened: StreamContainer | undefined;
  let early: string | undefined;
  const reader = openReader(config, answer, {
    onFormat: (container, format, headers) => {
      opened = container;
      listener.onOpen({ format, container, label, ...elsewhere, ...(headers ? { headers } : {}) });
      if (early !== undefined) listener.onTitle(early);
    },
    onSegment: (format, headers) => {
      if (opened) listener.onSegment({ format, container: opened, label, ...elsewhere, headers });
    },
    onHole: (samples) => listener.onHole(samples),
    onBlock: (block) => {
      onAudio();
      listener.onBlock(block, clock.monotonic());
    },
    onTitle: (title) => {
      if (opened) listener.onTitle(title);
      else early = title;
    },
    onSkipped: (bytes) => {
      if (opened) listener.onSkipped(bytes);
    },
  });
  return {
    onBytes: (bytes) => reader.push(bytes),
    onEnd: () => reader.end(),
    get opened() {
      return opened !== undefined;
    },
  };
}
