import type { Millis } from '../../shared/units.ts';
import type { Connection } from './connection.ts';

/** Files of a disk that is not wanted any more are waited for so long, in seconds. */
const LEAVE_TICKS = 3;

/**
 * Closes the files of a connection. They are left to a disk that hangs once nobody wants it any more: a source must not
 * wait for it before it records to another one.
 */
export class ConnectionEnd {
  #onTick: (() => void) | undefined;

  /** Call it once a second. */
  tick(): void {
    this.#onTick?.();
  }

  /**
   * Until when the capture is on disk. `isUnwanted`: whether the disk is no longer recorded to; `onLeft`: its files are
   * left to it.
   */
  async of(connection: Connection, isUnwanted: () => boolean, onLeft: () => void): Promise<Millis | undefined> {
    let ticks = 0;
    const left = new Promise<Millis | undefined>((resolve) => {
      this.#onTick = () => {
        ticks += 1;
        if (ticks <= LEAVE_TICKS || !isUnwanted()) return;
        this.#onTick = undefined;
        onLeft();
        resolve(connection.writtenUntil);
      };
    });
    try {
      return await Promise.race([connection.end(), left]);
    } finally {
      this.#onTick = undefined;
    }
  }
}
