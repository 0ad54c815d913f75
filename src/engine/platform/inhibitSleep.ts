import { type ChildProcess, spawn } from 'node:child_process';
import type { KeepAwake } from '../../shared/ports/keepAwake.ts';
import type { Log } from '../../shared/ports/log.ts';

/** Holds the lock for as long as it runs; it ends with its standard input, so that a kill of ours leaves none behind. */
const COMMAND = 'systemd-inhibit';
const ARGUMENTS = [
  '--what=sleep:idle',
  '--who=Longtake',
  '--why=A source is being recorded',
  '--mode=block',
  'cat',
] as const;

/** Keeps a Linux computer with systemd awake without a desktop. Where there is none, it says so once. */
export function createSleepInhibitor(log: Log, command: string = COMMAND): KeepAwake {
  let child: ChildProcess | undefined;
  let told = false;
  const tell = (reason: string): void => {
    if (!told) log.warn('The computer cannot be kept awake while a source is armed.', { reason });
    told = true;
  };
  return {
    hold: () => {
      if (process.platform !== 'linux') return;
      const started = spawn(command, ARGUMENTS, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
      // Detached: Ctrl+C is for this program, which lets go when its files are closed.
      child = started;
      started.stdin.on('error', () => undefined);
      started.on('error', (error) => tell(String(error)));
      started.on('exit', (code) => {
        if (child === started) tell(`${command} ended with ${code}.`);
      });
      started.unref();
    },
    release: () => {
      const held = child;
      child = undefined;
      held?.stdin?.end();
    },
  };
}
