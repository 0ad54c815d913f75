import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CardFormat {
  /** Hz. */
  readonly rate: number;
  readonly channels: number;
  readonly bitDepth: 16 | 24 | 32;
  /** Samples are floating-point numbers, of 32 bits. */
  readonly float?: boolean;
}

/** Channel orders of ALSA. With another order, the sound server would mix channels. */
const channelMaps: Readonly<Record<number, string>> = {
  1: 'mono',
  2: 'front-left,front-right',
  4: 'front-left,front-right,rear-left,rear-right',
};

const USUAL_FORMAT: CardFormat = { rate: 48_000, channels: 2, bitDepth: 16 };

/** A soundcard made of software: what is played into it comes in at its input. */
export interface VirtualCard {
  /** As ALSA and PortAudio list it. */
  readonly name: string;
  /** Address of its sound server. */
  readonly server: string;
  /** Says something to its sound server, as pactl does. */
  control(...args: readonly string[]): Promise<{ stdout: string }>;
  /** Pulls its cable. Streams that are open there get no more data. */
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
  /** Plays raw PCM of the card's format from a file, unchanged; resolves when all of it was played. */
  play(file: string, signal?: AbortSignal, sink?: string): Promise<void>;
}

export interface VirtualCards {
  readonly cards: readonly VirtualCard[];
  /** What a process needs in its environment, before it loads ALSA, to see these cards. */
  readonly env: Readonly<Record<string, string>>;
  card(name: string): VirtualCard;
  /** One more card, which only programs that look for devices from now on can see. */
  add(name: string, format?: Partial<CardFormat>): Promise<VirtualCard>;
  stop(): Promise<void>;
}

/**
 * Starts virtual soundcards beside whatever sound the computer has, and touching none of it. Each has a PulseAudio of
 * its own, for within one of them the streams of a pulled card would be moved to another card.
 *
 * `moreConfig` is added to the ALSA configuration, given the sound server of a card.
 */
export async function startVirtualCards(
  cards: Readonly<Record<string, Partial<CardFormat>>>,
  moreConfig: (serverOf: (name: string) => string) => string = () => '',
): Promise<VirtualCards> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-cards-'));
  const started: PulseCard[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((card) => card.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const config = join(folder, 'asound.conf');
  const add = async (name: string, format: Partial<CardFormat> = {}): Promise<VirtualCard> => {
    const card = new PulseCard(name, join(folder, name), { ...USUAL_FORMAT, ...format });
    started.push(card);
    await card.start();
    await card.plugIn();
    const serverOf = (wanted: string): string => started.find((one) => one.name === wanted)?.server ?? '';
    const pcms = started.map(({ alsaConfig }) => alsaConfig).join('');
    await writeFile(config, `</usr/share/alsa/alsa.conf>\n${pcms}${moreConfig(serverOf)}`);
    return card;
  };
  try {
    for (const [name, format] of Object.entries(cards)) await add(name, format);
    return {
      cards: started,
      add,
      env: {
        ALSA_CONFIG_PATH: config,
        // Nothing listens there: the user's own sound server is neither found nor started.
        PULSE_SERVER: `unix:${join(folder, 'nobody')}`,
        PULSE_COOKIE: join(folder, 'cookie'),
      },
      card: (name) => {
        const found = started.find((card) => card.name === name);
        if (!found) throw new Error(`There is no virtual card "${name}".`);
        return found;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

class PulseCard implements VirtualCard {
  readonly name: string;
  readonly #folder: string;
  readonly #format: CardFormat;
  #daemon: ChildProcess | undefined;
  #module: string | undefined;

  constructor(name: string, folder: string, format: CardFormat) {
    this.name = name;
    this.#folder = folder;
    this.#format = format;
  }

  get alsaConfig(): string {
    return `pcm.${this.name} { type pulse server "${this.server}" device "${this.name}.monitor" }\n`;
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { mode: 0o700 });
    const daemon = spawn(
      'pulseaudio',
      [
        '-n',
        '--daemonize=no',
        '--use-pid-file=no',
        '--disable-shm=yes',
        '--log-level=info',
        '--log-target=stderr',
        // Should the test be killed, its daemons end by themselves.
        '--exit-idle-time=600',
        `--load=module-native-protocol-unix socket=${join(this.#folder, 'socket')} auth-anonymous=1`,
      ],
      { env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#daemon = daemon;
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      daemon.once('error', reject);
      daemon.once('exit', (code) => reject(new Error(`pulseaudio ended with code ${code}:\n${lines.join('\n')}`)));
      createInterface({ input: daemon.stderr }).on('line', (line) => {
        if (lines.length < 200) lines.push(line);
        if (line.includes('Daemon startup complete')) resolve();
      });
    });
  }

  async plugIn(): Promise<void> {
    const { rate, channels } = this.#format;
    const sink = [
      `sink_name=${this.name}`,
      `rate=${rate}`,
      `channels=${channels}`,
      `format=${this.#sampleFormat}`,
      `channel_map=${this.#channelMap}`,
    ];
    // Without rewinds the sink works in pieces of 50 ms instead of 2 s, as a soundcard does.
    const { stdout } = await this.control('load-module', 'module-null-sink', ...sink, 'norewinds=1');
    this.#module = stdout.trim();
  }

  async unplug(): Promise<void> {
    if (this.#module === undefined) throw new Error(`"${this.name}" is not plugged in.`);
    await this.control('unload-module', this.#module);
    this.#module = undefined;
  }

  async play(file: string, signal?: AbortSignal, sink = this.name): Promise<void> {
    const { rate, channels } = this.#format;
    const format = [
      '--raw',
      // As much as the sound server takes, 4 MiB: when the player is held up, the card does not hear silence.
      '--latency-msec=60000',
      `--format=${this.#sampleFormat}`,
      `--rate=${rate}`,
      `--channels=${channels}`,
      `--channel-map=${this.#channelMap}`,
    ];
    await run('paplay', [`--server=${this.server}`, `--device=${sink}`, ...format, file], {
      env: this.#env,
      ...(signal ? { signal } : {}),
    });
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exit = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await exit;
  }

  get server(): string {
    return `unix:${join(this.#folder, 'socket')}`;
  }

  get #sampleFormat(): string {
    return this.#format.float === true ? 'float32le' : `s${this.#format.bitDepth}le`;
  }

  get #channelMap(): string {
    const map = channelMaps[this.#format.channels];
    if (map === undefined) throw new Error(`No channel order is known for ${this.#format.channels} channels.`);
    return map;
  }

  get #env(): NodeJS.ProcessEnv {
    const { PATH = '' } = process.env;
    return { PATH, HOME: this.#folder, XDG_RUNTIME_DIR: this.#folder, XDG_CONFIG_HOME: this.#folder, LC_ALL: 'C' };
  }

  control(...args: readonly string[]): Promise<{ stdout: string }> {
    return run('pactl', [`--server=${this.server}`, ...args], { env: this.#env });
  }
}
