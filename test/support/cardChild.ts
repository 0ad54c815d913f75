import { closeSync, openSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pass } from 'node:timers/promises';
import { createSoundcardSource } from '../../src/engine/capture/soundcard/soundcardSource.ts';
import { connectParent } from '../../src/engine/platform/parentLink.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import type { SoundcardConfig } from '../../src/shared/domain/source.ts';
import { toWireError } from '../../src/shared/errors.ts';
import { sourceId } from '../../src/shared/units.ts';
import type { CardCommand, CardEvent } from './cardProtocol.ts';
import { silentLog } from './silentLog.ts';

// Captures soundcards in a process of its own, as the recorder does, and writes what comes into files.

/** From one look at the file system to the next. */
const TOUCH_MS = 50;

const parent = connectParent();
const emit = (event: CardEvent): void => parent.send(event);
const running = new Map<number, AbortController>();

async function capture(id: number, file: string, options: Omit<SoundcardConfig, 'kind' | 'id' | 'name'>) {
  const abort = new AbortController();
  running.set(id, abort);
  const config: SoundcardConfig = {
    kind: 'soundcard',
    id: sourceId('00000000-0000-4000-8000-000000000001'),
    name: 'Test',
    ...options,
  };
  const output = openSync(file, 'w');
  let samples = 0;
  try {
    await createSoundcardSource({ config, clock: systemClock, log: silentLog }).run(
      {
        onOpen: (info) => emit({ type: 'open', id, info }),
        onBlock: (block) => {
          writeSync(output, block.bytes);
          samples += block.samples;
          emit({ type: 'progress', id, samples });
        },
        onTitle: () => undefined,
        onSegment: () => undefined,
        onHole: () => undefined,
        onSkipped: () => undefined,
      },
      abort.signal,
    );
    emit({ type: 'ended', id, samples });
  } catch (error) {
    emit({ type: 'ended', id, samples, error: toWireError(error) });
  } finally {
    closeSync(output);
    running.delete(id);
  }
}

async function touch(file: string): Promise<never> {
  for (;;) {
    await stat(file);
    emit({ type: 'touched' });
    await pass(TOUCH_MS);
  }
}

parent.onMessage((message) => {
  const command = message as CardCommand;
  if (command.type === 'run') void capture(command.id, command.file, command.options);
  if (command.type === 'stop') running.get(command.id)?.abort();
  if (command.type === 'touch') void touch(command.file);
});
parent.onClosed(() => process.exit(0));
