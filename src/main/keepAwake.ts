import { powerSaveBlocker } from 'electron';
import type { KeepAwake } from '../shared/ports/keepAwake.ts';
import type { Log } from '../shared/ports/log.ts';

/** Electron's way to keep the computer awake; the screen may go dark. */
export function createKeepAwake(log: Log): KeepAwake {
  let id: number | undefined;
  return {
    hold: () => {
      id ??= powerSaveBlocker.start('prevent-app-suspension');
      log.info('The computer is kept awake while a source is armed.', { held: powerSaveBlocker.isStarted(id) });
    },
    release: () => {
      if (id === undefined) return;
      powerSaveBlocker.stop(id);
      id = undefined;
      log.info('The computer may sleep: no source is armed.');
    },
  };
}
