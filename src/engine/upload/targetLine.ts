import type { Target } from '../../shared/domain/target.ts';
import { LongtakeError, toWireError, type WireError } from '../../shared/errors.ts';
import { Backoff } from './backoff.ts';
import type { Driver } from './driver.ts';
import { FairGate, type Release } from './fairGate.ts';
import { failureClass, ofTarget, retryAfterMs } from './failures.ts';
import { Speed } from './speed.ts';
import { Sleeper } from './wait.ts';

/** Requests that are under way at one target at once. */
const IN_FLIGHT = 8;
/** What a person must change is tried again rarely, in case somebody did. */
export const PERSON_RETRY_MS = 900_000;

/** Of what kind a request is: those that bring more bytes there, and all others. */
export type Errand = 'bytes' | 'word';

export interface LinePorts {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly onChange: () => void;
  /** It took bytes, for the first time or after a failure. */
  readonly onTaken: () => void;
}

/** The way to one target: who may use it, and whether it is open at all. */
export class TargetLine {
  readonly target: Target;
  readonly driver: Driver;
  readonly speed: Speed;
  readonly #ports: LinePorts;
  readonly #gate: FairGate;
  readonly #sleeper = new Sleeper();
  readonly #backoff = new Backoff();
  /** By the monotonic clock, as is the next; a wall clock may be set. */
  #blockedUntil = -Infinity;
  #problem: WireError | undefined;
  /** A person has to do something before bytes can go there. */
  #heldUntil = -Infinity;
  #takes = false;

  constructor(target: Target, driver: Driver, ports: LinePorts) {
    this.target = target;
    this.driver = driver;
    this.#ports = ports;
    this.speed = new Speed(ports.monotonic);
    // While nobody knows whether the target is there, one goes to see.
    this.#gate = new FairGate(() => (this.#backoff.failures > 0 ? 1 : IN_FLIGHT));
  }

  /** Why nothing gets through; undefined while it does. */
  get problem(): WireError | undefined {
    return this.#problem;
  }

  /** It took bytes that were sent after its last failure. */
  get takes(): boolean {
    return this.#takes;
  }

  get isHeld(): boolean {
    return this.#heldUntil > this.#ports.monotonic();
  }

  /** When it is tried again, ms since 1970 UTC; undefined while it is open. */
  get nextTryAt(): number | undefined {
    const left = Math.max(this.#blockedUntil, this.#heldUntil) - this.#ports.monotonic();
    return left > 0 ? this.#ports.now() + left : undefined;
  }

  /** Waits for a turn; `source` says whose. */
  async enter(errand: Errand, source: string, urgent: boolean, signal: AbortSignal): Promise<Release> {
    if (errand === 'bytes') await this.#untilFree(() => this.#heldUntil, signal);
    const release = await this.#gate.enter(source, 1, urgent, signal);
    try {
      await this.#untilFree(() => this.#blockedUntil, signal);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  succeeded(errand: Errand): void {
    const wasDown = this.#backoff.failures > 0 || (errand === 'bytes' && this.#problem !== undefined);
    this.#backoff.succeed();
    this.#blockedUntil = -Infinity;
    if (errand === 'bytes') this.#tookBytes();
    if (!this.isHeld) this.#problem = undefined;
    if (!wasDown) return;
    this.#gate.look();
    this.#sleeper.wake();
    this.#ports.onChange();
  }

  #tookBytes(): void {
    // What was asked before it was held says nothing of now.
    const isNews = !this.#takes && !this.isHeld;
    this.#heldUntil = -Infinity;
    if (!isNews) return;
    this.#takes = true;
    this.#ports.onTaken();
  }

  /** Notes a failure that holds for the whole target. True when it does, and the line says when it is tried again. */
  failed(error: unknown): boolean {
    const wire = toWireError(error);
    const now = this.#ports.monotonic();
    if (failureClass(error) === 'person' && ofTarget.has(wire.code)) {
      this.#heldUntil = now + PERSON_RETRY_MS;
    } else if (isOfTarget(wire)) {
      // Several that were under way fail together: that is one failure.
      if (this.#blockedUntil <= now) {
        const asked = error instanceof LongtakeError ? retryAfterMs(error) : undefined;
        this.#blockedUntil = now + this.#backoff.fail(asked);
      }
    } else return false;
    this.#problem = wire;
    this.#takes = false;
    this.#ports.onChange();
    return true;
  }

  /** Tries at once: the network is back, or a person says so. */
  retry(): void {
    this.#blockedUntil = -Infinity;
    this.#heldUntil = -Infinity;
    this.#sleeper.wake();
  }

  async #untilFree(until: () => number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = until() - this.#ports.monotonic();
      if (left <= 0) return;
      await this.#sleeper.sleep(left, signal);
    }
  }
}

/** The way there is closed, or the target asks for a pause; an answer with a status was one for a single upload. */
function isOfTarget({ code, details }: WireError): boolean {
  return code === 'UPLOAD_LIMIT' || (code === 'UPLOAD_UNREACHABLE' && details?.['status'] === undefined);
}
