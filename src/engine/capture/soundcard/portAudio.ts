import { LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { millis } from '../../../shared/units.ts';
import { deviceGone, openError, tooManyChannels, type WantedInput } from './deviceErrors.ts';
import type { CardInput, InputFormat } from './cardInput.ts';
import { type CardPlace, readCardPlace } from './cardPlace.ts';
import { identityOf } from './deviceIdentity.ts';
import { chooseDefault, type InputDevice } from './deviceMatch.ts';
import { loadNativeAudio, type NativeAudio, type NativeChunk, type NativeInput } from './nativeAudio.ts';

/** Callback buffers in a second. ALSA's own buffer becomes at least twice as long, which rides out a busy machine. */
const BUFFERS_PER_SECOND = 10;
/** Audio that may wait while this process is held up. */
const QUEUE_SECONDS = 30;
/** How the binding names floating-point samples. */
const FLOAT_FORMAT = 1;
/** A device that is gone can make closing hang. */
const CLOSE_TIMEOUT_MS = 3000;

export interface DeviceListing {
  /** In PortAudio's order. */
  readonly inputs: readonly InputDevice[];
  /** The list is older than now: PortAudio looks for devices only while nothing is open in this process. */
  readonly frozen: boolean;
}

/**
 * PortAudio as one process has it. Its functions are not safe to call from two threads, and closing runs on another
 * one, so all calls but reads wait for each other.
 */
export class PortAudio {
  readonly #load: () => NativeAudio;
  readonly #placeOf: (card: number) => CardPlace;
  #native: NativeAudio | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Initialisations without their end: open inputs, and openings that failed, which the binding never undoes. */
  #held = 0;

  /** `placeOf` tells where ALSA's cards are plugged in. */
  constructor(load: () => NativeAudio, placeOf: (card: number) => CardPlace) {
    this.#load = load;
    this.#placeOf = placeOf;
  }

  /** @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE */
  listInputs(): Promise<DeviceListing> {
    return this.#exclusive(() => this.#list());
  }

  /**
   * Opens and starts the input that `choose` picks from the list.
   * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE, DEVICE_NOT_FOUND, DEVICE_BUSY, DEVICE_FORMAT, and what `choose`
   * throws
   */
  openInput(choose: (listing: DeviceListing) => InputDevice, wanted: WantedInput, log: Log): Promise<PortAudioInput> {
    return this.#exclusive(async () => {
      const listing = this.#list();
      const device = choose(listing);
      if (wanted.channels > device.maxChannels) throw tooManyChannels(device, wanted);
      const input = this.#create(device, wanted, listing.frozen, log);
      try {
        // The list may have changed between reading it and opening by number. Now that a stream is open it cannot.
        const opened = this.#list().inputs.find((other) => other.id === device.id);
        if (opened?.name !== device.name) throw deviceGone(device, listing.frozen);
        input.native.start();
      } catch (error) {
        await this.#close(input, 'ABORT', log);
        throw error instanceof LongtakeError ? error : openError(error, device, wanted, listing.frozen);
      }
      return new PortAudioInput(device, wanted, input.native, input.readBytes, (how) =>
        this.#exclusive(() => this.#close(input, how, log)),
      );
    });
  }

  #create(device: InputDevice, wanted: WantedInput, frozen: boolean, log: Log): OpenInput {
    const framesPerBuffer = Math.round(wanted.sampleRate / BUFFERS_PER_SECOND);
    // Counted before it is known to succeed: a failed opening holds PortAudio, too.
    this.#held += 1;
    try {
      const native = this.#binding().create({
        inOptions: {
          deviceId: device.id,
          sampleRate: wanted.sampleRate,
          channelCount: wanted.channels,
          sampleFormat: wanted.float === true ? FLOAT_FORMAT : wanted.bitDepth,
          framesPerBuffer,
          maxQueue: QUEUE_SECONDS * BUFFERS_PER_SECOND,
          closeOnError: true,
        },
      });
      return { device, native, readBytes: (framesPerBuffer * wanted.channels * wanted.bitDepth) / 8 };
    } catch (error) {
      log.debug('PortAudio could not open an input.', { device: device.name, error: String(error) });
      throw openError(error, device, wanted, frozen);
    }
  }

  /** False when closing hangs; the input then stays open for good and is left alone. */
  async #close({ native, device }: OpenInput, how: 'WAIT' | 'ABORT', log: Log): Promise<boolean> {
    const quit = native.quit(how).then(() => {
      this.#held -= 1;
      return true;
    });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CLOSE_TIMEOUT_MS);
    });
    try {
      const closed = await Promise.race([quit, timeout]);
      if (!closed) log.error('An input did not close in time and is left behind.', { device: device.name });
      return closed;
    } finally {
      clearTimeout(timer);
    }
  }

  #list(): DeviceListing {
    const native = this.#binding();
    const frozen = this.#held > 0;
    const inputs = native
      .getDevices()
      .filter((device) => device.maxInputChannels > 0)
      .map((device) => ({
        id: device.id,
        name: device.name,
        hostApi: device.hostAPIName,
        maxChannels: device.maxInputChannels,
        defaultSampleRate: device.defaultSampleRate,
        identity: identityOf(device.name, device.hostAPIName, this.#placeOf),
      }));
    const { HostAPIs: hostApis, defaultHostAPI } = native.getHostAPIs();
    const defaultId = chooseDefault(inputs, hostApis, hostApis.find(({ id }) => id === defaultHostAPI)?.name);
    return { frozen, inputs: inputs.map((input) => ({ ...input, isDefault: input.id === defaultId })) };
  }

  #binding(): NativeAudio {
    this.#native ??= this.#load();
    return this.#native;
  }

  #exclusive<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    // The caller hears of a failure; whoever is next only waits for the end.
    this.#last = result.catch(() => undefined);
    return result;
  }
}

interface OpenInput {
  readonly device: InputDevice;
  readonly native: NativeInput;
  readonly readBytes: number;
}

/** An input that captures. */
export class PortAudioInput implements CardInput {
  readonly device: InputDevice;
  readonly format: InputFormat;
  readonly readMs = millis(1000 / BUFFERS_PER_SECOND);
  readonly #native: NativeInput;
  readonly #readBytes: number;
  readonly #closeOnce: (how: 'WAIT' | 'ABORT') => Promise<boolean>;
  #closing: Promise<boolean> | undefined;

  constructor(
    device: InputDevice,
    format: InputFormat,
    native: NativeInput,
    readBytes: number,
    close: (how: 'WAIT' | 'ABORT') => Promise<boolean>,
  ) {
    this.device = device;
    this.format = format;
    this.#native = native;
    this.#readBytes = readBytes;
    this.#closeOnce = close;
  }

  /** Waits for a tenth of a second of audio. Audio that came before {@link close} can still be read after it. */
  read(): Promise<NativeChunk> {
    return this.#native.read(this.#readBytes);
  }

  /**
   * Ends capturing: `WAIT` takes what the device has already, `ABORT` does not. The first call decides. False when
   * closing hangs.
   */
  close(how: 'WAIT' | 'ABORT'): Promise<boolean> {
    this.#closing ??= this.#closeOnce(how);
    return this.#closing;
  }
}

/** The one PortAudio of this process. */
export const portAudio = new PortAudio(loadNativeAudio, (card) => readCardPlace(card));
