import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PcmContainer, SourceDraft } from '../../src/shared/domain/source.ts';
import { errorText } from '../../src/shared/errors.ts';
import { Icecast } from '../support/icecast.ts';
import { startVirtualCards, type VirtualCard, type VirtualCards } from '../support/pulse.ts';
import { type CountedFormat, writeCounted } from './countedAudio.ts';
import { HttpStation } from './httpStation.ts';
import { Proxy } from './proxy.ts';
import { SmallDisk } from './smallDisk.ts';

/** Longest round: what is played into the cards lasts that long. */
export const LONGEST_ROUND_SECONDS = 240;

export interface CardFormat extends CountedFormat {
  /** Hz. */
  readonly rate: 44_100 | 48_000;
  readonly container: PcmContainer;
}

const CARDS: Readonly<Record<string, CardFormat>> = {
  chaos_a: { rate: 48_000, bitDepth: 16, container: 'wav' },
  chaos_b: { rate: 48_000, bitDepth: 24, container: 'flac' },
  chaos_c: { rate: 44_100, bitDepth: 16, container: 'flac' },
  chaos_d: { rate: 44_100, bitDepth: 24, container: 'wav' },
};

/** Of Icecast. */
const MOUNTS = ['/one.mp3', '/two.aac', '/three.ogg', '/four.opus', '/five.oga', '/six.mp3'] as const;

/** One of the inputs that are recorded. */
export interface Input {
  readonly draft: SourceDraft;
  readonly card?: CardInput;
  readonly station?: StationInput;
}

export class CardInput {
  readonly format: CardFormat;
  readonly name: string;
  readonly #card: VirtualCard;
  readonly #file: string;
  #player: AbortController | undefined;

  constructor(card: VirtualCard, format: CardFormat, file: string) {
    this.#card = card;
    this.name = card.name;
    this.format = format;
    this.#file = file;
  }

  /** Plays numbered frames, from the first on and over again, until {@link silence} or {@link unplug}. */
  play(): void {
    const player = new AbortController();
    this.#player = player;
    this.#card.play(this.#file, player.signal).then(
      () => {
        if (this.#player === player) this.play();
      },
      (error: unknown) => {
        // A player ends with its card, and when it is told to.
        if (this.#player === player) throw error;
      },
    );
  }

  silence(): void {
    const player = this.#player;
    this.#player = undefined;
    player?.abort();
  }

  async unplug(): Promise<void> {
    this.silence();
    await this.#card.unplug();
  }

  async plugIn(): Promise<void> {
    await this.#card.plugIn();
    this.play();
  }
}

export interface StationInput {
  readonly mount: string;
  readonly proxy: Proxy;
}

/** Everything around a studio that can go wrong: cards, stations and the disk. */
export class World {
  readonly inputs: readonly Input[];
  readonly icecast: Icecast;
  readonly #httpStation: HttpStation | undefined;
  /** What programs need in their environment to see the cards. */
  readonly env: Readonly<Record<string, string>>;
  /** Nothing where file systems cannot be mounted; then {@link whyNoDisk} says why. */
  readonly disk: SmallDisk | undefined;
  readonly whyNoDisk: string | undefined;
  readonly #folder: string;
  readonly #virtual: VirtualCards;
  readonly #proxies: readonly Proxy[];

  private constructor(parts: {
    folder: string;
    virtual: VirtualCards;
    icecast: Icecast;
    httpStation: HttpStation | undefined;
    proxies: readonly Proxy[];
    inputs: readonly Input[];
    disk: SmallDisk | string;
  }) {
    this.#folder = parts.folder;
    this.#virtual = parts.virtual;
    this.#proxies = parts.proxies;
    this.icecast = parts.icecast;
    this.#httpStation = parts.httpStation;
    this.inputs = parts.inputs;
    this.env = parts.virtual.env;
    this.disk = typeof parts.disk === 'string' ? undefined : parts.disk;
    this.whyNoDisk = typeof parts.disk === 'string' ? parts.disk : undefined;
  }

  /** `icecastOnly`: without stations whose programmes come to an end. */
  static async start({ icecastOnly = false } = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-chaos-'));
    const virtual = await startVirtualCards(CARDS);
    const icecast = await Icecast.start();
    await Promise.all(MOUNTS.map((mount) => icecast.play(mount)));
    const httpStation = icecastOnly ? undefined : await HttpStation.start(join(folder, 'station'));
    const served = [
      ...MOUNTS.map((mount) => ({ mount, port: icecast.port })),
      ...(httpStation ? HttpStation.mounts.map((mount) => ({ mount, port: httpStation.port })) : []),
    ];
    const stations = await Promise.all(
      served.map(async ({ mount, port }) => ({ mount, proxy: await Proxy.start(port) })),
    );
    const cards = await Promise.all(
      Object.entries(CARDS).map(async ([name, format]) => {
        const file = join(folder, `${name}.pcm`);
        await writeCounted(file, format, format.rate * LONGEST_ROUND_SECONDS);
        return { name, card: new CardInput(virtual.card(name), format, file) };
      }),
    );
    const disk = await SmallDisk.mount().catch((error: unknown) => errorText(error));
    const inputs = [
      ...cards.map(({ name, card }) => ({ draft: cardDraft(name, card), card })),
      ...stations.map((station) => ({ draft: stationDraft(station), station })),
    ];
    const proxies = stations.map(({ proxy }) => proxy);
    return new World({ folder, virtual, icecast, httpStation, proxies, inputs, disk });
  }

  get cards(): CardInput[] {
    return this.inputs.flatMap(({ card }) => card ?? []);
  }

  get stations(): StationInput[] {
    return this.inputs.flatMap(({ station }) => station ?? []);
  }

  /** An empty folder for a round; its recordings go to the small disk, if there is one. */
  async makeFolders(name: string): Promise<{ folder: string; recordings: string }> {
    const folder = join(this.#folder, name);
    const recordings = join(this.disk?.folder ?? folder, name, 'recordings');
    await mkdir(folder, { recursive: true });
    await mkdir(recordings, { recursive: true });
    return { folder, recordings };
  }

  /** Everything is as it should be, whatever was done to it. */
  async mend(): Promise<void> {
    await this.disk?.goOn();
    await this.disk?.empty();
    this.icecast.goOn();
    for (const { proxy } of this.stations) proxy.limit(Number.POSITIVE_INFINITY);
    await this.playAll();
  }

  /** Nothing plays to Icecast any more. */
  async silenceAll(): Promise<void> {
    await Promise.all(MOUNTS.map((mount) => this.icecast.silence(mount)));
  }

  /** Whatever does not play to Icecast begins to. */
  async playAll(): Promise<void> {
    await Promise.all(
      MOUNTS.map(async (mount) => {
        if (this.icecast.isPlayed(mount)) return;
        await this.icecast.silence(mount);
        await this.icecast.play(mount);
      }),
    );
  }

  async stop(): Promise<void> {
    for (const card of this.cards) card.silence();
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.icecast.dispose();
    await this.#httpStation?.stop();
    await this.#virtual.stop();
    await this.disk?.unmount();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function cardDraft(name: string, { format }: CardInput): SourceDraft {
  const { rate, bitDepth, container } = format;
  const named = { kind: 'soundcard', name: `Card ${name}`, device: name } as const;
  return { ...named, sampleRate: rate, bitDepth, channels: 2, container };
}

function stationDraft({ mount, proxy }: StationInput): SourceDraft {
  const url = `http://127.0.0.1:${proxy.port}${mount}`;
  return { kind: 'stream', name: `Radio ${mount.slice(1)}`, url, username: '', format: 'auto' };
}
