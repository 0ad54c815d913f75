import type { SoundcardConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { CaptureInfo, CaptureListener } from '../audioSource.ts';
import { openArecord } from './arecord.ts';
import { arecordPcms } from './arecordList.ts';
import type { CardInput, InputFormat } from './cardInput.ts';
import { openedChannels, recordedChannels } from './channelPick.ts';
import { type CardChoice, type CardChoosers, chooseCard } from './chooseCard.ts';
import { cardShared, deviceNotFound } from './deviceErrors.ts';
import { isHardware } from './deviceIdentity.ts';
import { chooseInput } from './deviceMatch.ts';
import { type PortAudio, portAudio } from './portAudio.ts';
import { type Membership, SharedCard, type SharedCardPorts } from './sharedCard.ts';

export interface CardHubOptions extends CardChoosers {
  readonly audio: PortAudio;
  readonly arecord: typeof openArecord;
}

/** All cards that a process has open. */
export class CardHub {
  readonly #options: CardHubOptions;
  readonly #open = new Set<SharedCard>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CardHubOptions) {
    this.#options = options;
  }

  /**
   * Lets a source listen to the card that it names, which is opened unless it is. `ports` are those of whoever opens
   * it. Sources are let in one after the other, so that none opens a card a second time.
   * @throws LongtakeError as opening does
   */
  join(config: SoundcardConfig, listener: CaptureListener, ports: SharedCardPorts): Promise<Membership> {
    const joined = this.#last.then(() => this.#join(config, listener, ports));
    // The caller hears of a failure; whoever is next only waits for the end.
    this.#last = joined.catch(() => undefined);
    return joined;
  }

  async #join(config: SoundcardConfig, listener: CaptureListener, ports: SharedCardPorts): Promise<Membership> {
    const choice = await chooseCard(config, this.#options);
    const channels = openedChannels(config, choice.device);
    const format = formatOf(config, channels);
    const card = await this.#find(choice, config, format, ports);
    const { name } = card.input.device;
    ports.log.info('A source listens to an input.', { device: name, backend: choice.backend.name });
    const membership = card.join(listener, recordedChannels(config));
    try {
      listener.onOpen(infoOf(config, name, choice));
    } catch (error) {
      membership.leave();
      throw error;
    }
    return membership;
  }

  async #find(
    choice: CardChoice,
    config: SoundcardConfig,
    format: InputFormat,
    ports: SharedCardPorts,
  ): Promise<SharedCard> {
    const same = [...this.#open].filter(({ input }) => input.device.name === choice.device.name);
    const exclusive = isHardware(choice.device.name) || choice.pcm.startsWith('hw:');
    const needed = Math.max(...recordedChannels(config));
    const shared = same.find(({ ending, input }) => {
      const enough = exclusive ? input.format.channels >= needed : input.format.channels === format.channels;
      return !ending && enough && isSameSample(input.format, format);
    });
    if (shared) return shared;
    const other = same.find(({ ending }) => !ending);
    if (exclusive && other) throw cardShared(other.input, needed);
    // Hardware that is being closed cannot be opened yet.
    if (exclusive) await Promise.all(same.map(({ closed }) => closed));
    const card = new SharedCard(await this.#openInput(choice, config, format, ports), ports);
    this.#open.add(card);
    void card.closed.finally(() => this.#open.delete(card));
    return card;
  }

  async #openInput(
    choice: CardChoice,
    config: SoundcardConfig,
    format: InputFormat,
    { log }: SharedCardPorts,
  ): Promise<CardInput> {
    if (choice.backend.name === 'arecord') return this.#openArecord(choice, format, log);
    const open = (wanted: InputFormat): Promise<CardInput> =>
      this.#options.audio.openInput(
        ({ inputs, frozen }) => {
          const device = chooseInput(config, inputs);
          if (!device) throw deviceNotFound(config, inputs, frozen);
          return device;
        },
        { ...wanted, device: config.device },
        log,
      );
    const least = Math.max(...recordedChannels(config));
    try {
      return await open(format);
    } catch (error) {
      const tooMany = error instanceof LongtakeError && error.code === 'DEVICE_FORMAT' && format.channels > least;
      if (!tooMany) throw error;
      // Some cards have fewer channels at high rates.
      return open({ ...format, channels: least });
    }
  }

  async #openArecord({ device, pcm, notFound }: CardChoice, format: InputFormat, log: SharedCardPorts['log']) {
    try {
      return await this.#options.arecord(device, pcm, format, log);
    } catch (error) {
      if (error instanceof LongtakeError && error.details?.['unknown'] === true) throw notFound;
      throw error;
    }
  }
}

function formatOf({ sampleRate, bitDepth, float }: SoundcardConfig, channels: number): InputFormat {
  return { sampleRate, bitDepth, channels, ...(float === true ? { float } : {}) };
}

function isSameSample(a: InputFormat, b: InputFormat): boolean {
  return a.sampleRate === b.sampleRate && a.bitDepth === b.bitDepth && (a.float ?? false) === (b.float ?? false);
}

function infoOf(config: SoundcardConfig, device: string, { backend }: CardChoice): CaptureInfo {
  const { channels, container } = config;
  return {
    format: { codec: 'pcm', ...formatOf(config, channels) },
    container: container ?? 'wav',
    label: device,
    device,
    backend,
  };
}

/** The cards of this process. */
export const cardHub = new CardHub({
  audio: portAudio,
  pcms: arecordPcms,
  linux: process.platform === 'linux',
  arecord: openArecord,
});
