import type { Device, SourceConfig, SourceStatus } from '../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../shared/domain/sourceDefaults.ts';
import type { SourceId } from '../../shared/units.ts';
import type { EventListener } from './emitter.ts';
import type { Probers } from './probers.ts';
import type { Recorders } from './recorders.ts';

/** A watch that ended by itself begins again after this time. */
const AGAIN_MS = 5000;

export interface DeviceWatchPorts {
  readonly probers: Pick<Probers, 'watchDevices'>;
  readonly recorder: Pick<Recorders, 'retry' | 'reopen'>;
  readonly emit: EventListener;
  readonly armed: () => readonly { readonly config: SourceConfig; readonly status: SourceStatus }[];
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
}

/**
 * Watches which devices there are, while the window shows them or a source follows the system's default input: a
 * source that waits for its card is tried as soon as that is back, and one that records the default goes over to
 * another one. On Linux the default is a PCM that follows by itself.
 */
export class DeviceWatch {
  readonly #ports: DeviceWatchPorts;
  #shown = false;
  #watching: AbortController | undefined;
  #again: NodeJS.Timeout | undefined;
  #known: ReadonlySet<string> | undefined;

  constructor(ports: DeviceWatchPorts) {
    this.#ports = ports;
  }

  /** The window shows the devices. Each call with true tells them at once. */
  show(shown: boolean): void {
    if (shown) this.stop();
    this.#shown = shown;
    this.heed();
  }

  /** Sources were armed, disarmed or changed. */
  heed(): void {
    const wanted = this.#shown || this.#followers().length > 0;
    if (!wanted) this.stop();
    else if (!this.#watching && !this.#again) this.#begin();
  }

  stop(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#watching?.abort();
    this.#watching = undefined;
    this.#known = undefined;
  }

  #begin(): void {
    const watching = new AbortController();
    this.#watching = watching;
    this.#ports.probers.watchDevices(
      (devices) => {
        if (!watching.signal.aborted) this.#onDevices(devices);
      },
      () => {
        if (this.#watching !== watching) return;
        this.#watching = undefined;
        this.#again = setTimeout(() => {
          this.#again = undefined;
          this.heed();
        }, AGAIN_MS);
      },
      watching.signal,
    );
  }

  #onDevices(devices: readonly Device[]): void {
    if (this.#shown) this.#ports.emit('devices.changed', { devices: [...devices] });
    const names = new Set(devices.map(({ name }) => name));
    const before = this.#known;
    this.#known = names;
    if (before && [...names].some((name) => !before.has(name))) this.#retryWaiting();
    const now = devices.find(({ isDefault }) => isDefault);
    if (now && now.hostApi !== 'ALSA') this.#follow(now);
  }

  #retryWaiting(): void {
    for (const { config, status } of this.#ports.armed()) {
      if (config.kind === 'soundcard' && status.state === 'reconnecting') this.#ports.recorder.retry(config.id);
    }
  }

  #follow({ name }: Device): void {
    for (const { id, device } of this.#followers()) {
      if (device === undefined || device === name) continue;
      this.#ports.recorder.reopen(id, `The system's default input is "${name}" now, and no longer "${device}".`);
    }
  }

  /** Armed sources of the default input, with the device that they record now. */
  #followers(): readonly { readonly id: SourceId; readonly device: string | undefined }[] {
    if (this.#ports.platform === 'linux') return [];
    return this.#ports.armed().flatMap(({ config, status }) => {
      if (config.kind !== 'soundcard' || config.device.trim().toLowerCase() !== DEFAULT_DEVICE) return [];
      return [{ id: config.id, device: status.state === 'recording' ? status.device : undefined }];
    });
  }
}
