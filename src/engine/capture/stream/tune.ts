import type { PlaylistKind, StreamHop } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { credentialsIn } from '../../../shared/webAddress.ts';
import { type Logins, withoutCredentials } from './address.ts';
import type { ConnectLimits } from './line.ts';
import { type Playlist, promisedPlaylist, readPlaylist } from './playlist.ts';
import { PlaylistBody } from './playlistBody.ts';
import {
  hlsError,
  emptyPlaylistError,
  noEntryError,
  nestedError,
  slowPlaylistError,
  textError,
  brokenPlaylistError,
} from './playlistErrors.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import { QuietStream } from './quietStream.ts';
import { type Answer, receive } from './receive.ts';
import type { RefusedEntries } from './refusedEntries.ts';
import { streamEnded, withoutAudio } from './streamErrors.ts';

/** A playlist in a playlist in a playlist is the deepest that is followed. */
const DEEPEST = 3;
/** After so long a playlist is used as far as it has come. */
const LONGEST_PLAYLIST_MS = 5000;
/** Addresses that are asked for one connection, playlists included. */
const MOST_ASKED = 20;

/** An answer that is no playlist, and how it was reached. */
export interface TunedAnswer extends Answer {
  /** From the address that was asked for to this one; no credentials. */
  readonly route: readonly StreamHop[];
}

/** Hears one answer that is no playlist. What it throws ends the connection. */
export interface Station {
  onBytes(bytes: Uint8Array): void;
  /** The connection is over, for whatever reason. It may throw a better one, which counts when the server ended it. */
  onEnd(): void;
  /** Audio came: it is this station that is recorded, and no other entry is tried. */
  readonly opened: boolean;
}

export interface TuneOptions extends ConnectLimits {
  readonly url: URL;
  readonly logins: Logins;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log?: Log | undefined;
  /** Of proxies; this process's own when absent. */
  readonly environment?: ProxyEnvironment;
  /** Entries that did not work lately: they are tried after the others. */
  readonly refused?: RefusedEntries;
  /** Like `connectTimeout`, for the entries of playlists; the same when absent. */
  readonly entryTimeout?: number;
  /** Called for each answer that is no playlist; `onAudio` is to be called whenever audio comes. */
  readonly open: (answer: TunedAnswer, onAudio: () => void) => Station;
}

/**
 * Asks for an address and follows playlists to a stream: their entries are tried in order until one delivers audio.
 * Resolves when `signal` is aborted; otherwise rejects with why the stream ended, or why there is none.
 */
export function tune(options: TuneOptions, signal: AbortSignal): Promise<void> {
  return new Tuner(options, signal).visit(options.url, options.logins, []);
}

class Tuner {
  readonly #options: TuneOptions;
  readonly #signal: AbortSignal;
  /** Playlists that were read. */
  readonly #read = new Set<string>();
  #asked = 0;
  #opened = false;

  constructor(options: TuneOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async visit(url: URL, logins: Logins, route: readonly StreamHop[]): Promise<void> {
    const attempt = new Attempt(this.#options, this.#signal, { url, logins, route });
    this.#asked += 1;
    try {
      await attempt.run();
    } finally {
      this.#opened ||= attempt.opened;
    }
    const found = attempt.playlist;
    if (!found || this.#signal.aborted) return;
    const { playlist, answer } = found;
    if (this.#read.has(answer.url.href)) throw nestedError(answer.url, 'in a circle');
    this.#read.add(answer.url.href);
    const path = [...route, ...answer.redirects, { url: answer.url.href, is: playlist.kind }];
    if (path.filter(({ is }) => is !== 'redirect').length > DEEPEST) throw nestedError(this.#options.url, 'too deep');
    await this.#tryEntries(answer.url, playlist, logins, path);
  }

  async #tryEntries(from: URL, { kind, entries }: ReadPlaylist, logins: Logins, path: readonly StreamHop[]) {
    const { refused } = this.#options;
    const errors: LongtakeError[] = [];
    for (const entry of refused ? refused.last(entries) : entries) {
      if (this.#asked >= MOST_ASKED) break;
      try {
        await this.visit(entry, logins.with(entry, credentialsIn(entry)), path);
        return;
      } catch (error) {
        if (this.#opened || !(error instanceof LongtakeError)) throw error;
        if (this.#signal.aborted) return;
        this.#options.log?.info('An entry of a playlist does not work.', { host: entry.host, code: error.code });
        refused?.add(entry);
        errors.push(error);
      }
    }
    throw errors.length === 0 ? emptyPlaylistError(from, kind) : noEntryError(from, kind, errors);
  }
}

type ReadPlaylist = Extract<Playlist, { readonly kind: PlaylistKind }>;

interface FoundPlaylist {
  readonly playlist: ReadPlaylist;
  readonly answer: Answer;
}

interface Address {
  readonly url: URL;
  readonly logins: Logins;
  readonly route: readonly StreamHop[];
}

/** One address, asked once: a playlist comes out of it, or a stream for as long as it lasts. */
class Attempt {
  readonly #options: TuneOptions;
  readonly #address: Address;
  readonly #wanted: AbortSignal;
  readonly #quiet: QuietStream;
  /** Ends a connection from which nothing more is wanted. */
  readonly #enough = new AbortController();
  #answer: Answer | undefined;
  #body: PlaylistBody | undefined;
  #station: Station | undefined;
  #slow: NodeJS.Timeout | undefined;
  /** Why nothing comes of a text that does not end. */
  #unending: LongtakeError | undefined;
  playlist: FoundPlaylist | undefined;

  constructor(options: TuneOptions, wanted: AbortSignal, address: Address) {
    this.#options = options;
    this.#address = address;
    this.#wanted = wanted;
    this.#quiet = new QuietStream(options.clock, AbortSignal.any([wanted, this.#enough.signal]), {
      firstMs: options.connectTimeout + options.stallTimeout,
      nextMs: options.stallTimeout,
    });
  }

  get opened(): boolean {
    return this.#station?.opened ?? false;
  }

  /** Rejects with why there is no stream, or no more. Resolves with a {@link playlist}, or when nothing is wanted. */
  async run(): Promise<void> {
    const { url, logins } = this.#address;
    const { connectTimeout, stallTimeout, environment } = this.#options;
    const receiver = {
      onAnswer: (answer: Answer) => this.#onAnswer(answer),
      onBytes: (bytes: Uint8Array) => this.#onBytes(bytes),
    };
    const { entryTimeout = connectTimeout } = this.#options;
    const isEntry = this.#address.route.length > 0;
    const limits = {
      connectTimeout: isEntry ? entryTimeout : connectTimeout,
      stallTimeout,
      ...(environment ? { environment } : {}),
    };
    try {
      await receive({ ...limits, url, logins }, receiver, this.#quiet.signal);
    } catch (error) {
      this.#endQuietly();
      throw error;
    } finally {
      this.#quiet.end();
      clearTimeout(this.#slow);
    }
    if (this.#unending) throw this.#unending;
    if (this.#wanted.aborted) return this.#endQuietly();
    if (this.#quiet.expired) {
      this.#endQuietly();
      throw withoutAudio(url, stallTimeout);
    }
    const isText = (this.#body?.bytes.length ?? 0) > 0;
    this.#decide();
    if (this.playlist) return;
    this.#station?.onEnd();
    throw isText ? textError(url) : streamEnded(url);
  }

  #onAnswer(answer: Answer): void {
    this.#answer = answer;
    this.#body = new PlaylistBody(promisedPlaylist(answer.headers.get('content-type'), answer.url));
    const time = Math.min(this.#options.connectTimeout, LONGEST_PLAYLIST_MS);
    this.#slow = setTimeout(() => this.#endText(answer, time), time);
  }

  /** A playlist is short: of one whose end does not come, what is here counts. */
  #endText(answer: Answer, time: number): void {
    const body = this.#body;
    if (!body) return;
    const found = readPlaylist(body.bytes, answer.url, body.promised);
    if (found && 'entries' in found && found.entries.length > 0) this.playlist = { playlist: found, answer };
    else this.#unending = slowPlaylistError(answer.url, time);
    this.#enough.abort();
  }

  #onBytes(bytes: Uint8Array): void {
    if (this.#station) {
      this.#station.onBytes(bytes);
      return;
    }
    switch (this.#body?.push(bytes)) {
      case 'no text':
        this.#openStation();
        return;
      case 'enough':
        this.#decide();
        if (this.playlist) this.#enough.abort();
        return;
      default:
    }
  }

  /** All of the text is here, or as much as is taken: it is a playlist, or what a station has to make sense of. */
  #decide(): void {
    const [answer, body] = [this.#answer, this.#body];
    if (!answer || !body || this.playlist) return;
    const found = readPlaylist(body.bytes, answer.url, body.promised);
    switch (found?.kind) {
      case 'hls':
        throw hlsError(answer.url);
      case 'broken':
        throw brokenPlaylistError(answer.url, found.name);
      default:
        if (found) this.playlist = { playlist: found, answer };
        else this.#openStation();
    }
  }

  #openStation(): void {
    const [answer, body] = [this.#answer, this.#body];
    if (!answer || !body) return;
    this.#body = undefined;
    clearTimeout(this.#slow);
    const { route } = this.#address;
    const here: StreamHop = { url: withoutCredentials(answer.url).href, is: 'stream' };
    const tuned = { ...answer, route: [...route, ...answer.redirects, here] };
    this.#station = this.#options.open(tuned, () => this.#quiet.feed());
    const { bytes } = body;
    if (bytes.length > 0) this.#station.onBytes(bytes);
  }

  /** The last frames count although the connection is gone; why it went is all that the caller hears. */
  #endQuietly(): void {
    try {
      this.#station?.onEnd();
    } catch (error) {
      if (!(error instanceof LongtakeError)) throw error;
      this.#options.log?.debug('The rest of a stream was not audio.', { code: error.code });
    }
  }
}
