import type {
  NativeAudio,
  NativeChunk,
  NativeDevice,
  NativeInput,
  NativeInputOptions,
} from '../../src/engine/capture/soundcard/nativeAudio.ts';

/** An input that gives what a test puts in. */
export class FakeInput implements NativeInput {
  readonly options: NativeInputOptions;
  /** A hanging quit never resolves. */
  hangs = false;
  /** Chunks that are still there after the device stood still. */
  leftOver: NativeChunk[] = [];
  readonly quits: ('WAIT' | 'ABORT')[] = [];
  readonly #queue: NativeChunk[] = [];
  #waiting: ((chunk: NativeChunk) => void) | undefined;
  #quitting = false;
  readonly #busy: (busy: boolean) => void;

  constructor(options: NativeInputOptions, busy: (busy: boolean) => void) {
    this.options = options;
    this.#busy = busy;
  }

  give(...chunks: NativeChunk[]): void {
    for (const chunk of chunks) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) waiting(chunk);
      else this.#queue.push(chunk);
    }
  }

  start(): void {
    return undefined;
  }

  read(): Promise<NativeChunk> {
    const next = this.#queue.shift();
    if (next) return Promise.resolve(next);
    if (this.#quitting) return Promise.resolve({ buf: new Uint8Array(0), finished: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async quit(how: 'WAIT' | 'ABORT'): Promise<void> {
    this.quits.push(how);
    if (this.hangs) return new Promise(() => undefined);
    this.#busy(true);
    this.#quitting = true;
    this.#waiting?.({ buf: new Uint8Array(0), finished: true });
    this.#waiting = undefined;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    this.#queue.push(...this.leftOver);
    this.#busy(false);
  }
}

/** PortAudio's binding without PortAudio; fails the test when it is called from two sides at once. */
export class FakeNativeAudio implements NativeAudio {
  devices: NativeDevice[] = [];
  defaultInput = 0;
  openError: string | undefined;
  /** What the list is by the time that an input was opened. */
  devicesAfterOpen: NativeDevice[] | undefined;
  readonly inputs: FakeInput[] = [];
  #busy = false;

  constructor(...names: string[]) {
    this.devices = names.map((name, id) => fakeDevice(id, name));
  }

  getDevices(): readonly NativeDevice[] {
    this.#enter();
    return this.devices;
  }

  getHostAPIs() {
    this.#enter();
    return { defaultHostAPI: 0, HostAPIs: [{ id: 0, name: 'ALSA', defaultInput: this.defaultInput }] };
  }

  create({ inOptions }: { readonly inOptions: NativeInputOptions }): NativeInput {
    this.#enter();
    if (this.openError !== undefined) throw new Error(this.openError);
    if (this.devicesAfterOpen) this.devices = this.devicesAfterOpen;
    const input = new FakeInput(inOptions, (busy) => {
      if (busy) this.#enter();
      this.#busy = busy;
    });
    this.inputs.push(input);
    return input;
  }

  #enter(): void {
    if (this.#busy) throw new Error('PortAudio was called while it was busy on another thread.');
  }
}

export function fakeDevice(id: number, name: string, over: Partial<NativeDevice> = {}): NativeDevice {
  return { id, name, hostAPIName: 'ALSA', maxInputChannels: 2, defaultSampleRate: 44_100, ...over };
}
