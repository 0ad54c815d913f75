import type { Handlers } from '../../shared/contract/handlers.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { SourceId } from '../../shared/units.ts';
import type { ArmingActions } from './arming.ts';
import type { StudioParts } from './studio.ts';

/** Pause, resume and split: what a person does to a recording that runs. */
export function createControlHandlers(
  parts: StudioParts,
): Pick<Handlers, 'sources.pause' | 'sources.resume' | 'sources.split'> {
  const { sources, recorder, armings, lock } = parts;

  const setPaused = async (ids: readonly SourceId[] | undefined, paused: boolean): Promise<void> => {
    const wanted = ids ?? sources.armed();
    for (const id of wanted) sources.config(id);
    await Promise.all(
      wanted.map((id) =>
        lock.run(id, async () => {
          if (!sources.armed().includes(id)) {
            // Of many at once, those that are off stay as they are.
            if (ids?.length === 1) throw notArmed(sources.config(id).name);
            return;
          }
          armings.setPaused(id, paused);
          recorder.setPaused(id, paused);
        }),
      ),
    );
  };

  return {
    'sources.pause': ({ ids }) => setPaused(ids, true),
    'sources.resume': ({ ids }) => setPaused(ids, false),
    'sources.split': ({ ids }) => {
      const recording = sources.armed().filter((id) => sources.status(id).state === 'recording');
      const [only] = ids ?? [];
      if (ids?.length === 1 && only !== undefined && !recording.includes(only)) {
        throw new LongtakeError('CONFLICT', `${sources.config(only).name} is not recording now: nothing can be split.`);
      }
      for (const id of recording) if (!ids || ids.includes(id)) recorder.split(id);
    },
  };
}

/** A source has recorded its longest length: it disarms itself, and a person is told. */
export async function endAtLongest(parts: StudioParts, { disarm }: ArmingActions, id: SourceId): Promise<void> {
  const { sources, events, ports } = parts;
  const { name, maxLengthSeconds } = sources.config(id);
  await parts.lock.run(id, () => disarm(id, 'maximum length'));
  const length = maxLengthSeconds === undefined ? '' : ` of ${lengthWords(maxLengthSeconds)}`;
  const message = `${name} has recorded its maximum length${length} and was stopped.`;
  ports.log.info(message, { sourceId: id });
  events.emit('notice', { severity: 'info', message });
}

function notArmed(name: string): LongtakeError {
  return new LongtakeError('CONFLICT', `${name} is off: only what is being recorded can be paused. Record it first.`);
}

/** `1:30:00`, or `12.5 s` below a minute. */
function lengthWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
