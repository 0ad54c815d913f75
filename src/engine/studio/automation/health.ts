import type { Source } from '../../../shared/contract/requests.ts';
import type { SourceStatus } from '../../../shared/domain/source.ts';

export interface SourceHealth {
  readonly source: string;
  readonly state: SourceStatus['state'];
  readonly ok: boolean;
  /** Why nothing is captured, as a sentence. */
  readonly reason?: string;
}

export interface StudioHealth {
  readonly ok: boolean;
  /** Of the sources that are armed. */
  readonly sources: readonly SourceHealth[];
}

/** Red as soon as one source that is armed captures nothing, whatever the reason is. */
export function healthOf(sources: readonly Source[]): StudioHealth {
  const armed = sources.filter(({ status }) => status.state !== 'disarmed');
  const found = armed.map(({ config, status }): SourceHealth => {
    const reason = reasonOf(status);
    const { state } = status;
    return { source: config.name, state, ok: reason === undefined, ...(reason === undefined ? {} : { reason }) };
  });
  return { ok: found.every(({ ok }) => ok), sources: found };
}

function reasonOf({ state, problem }: SourceStatus): string | undefined {
  switch (state) {
    case 'recording':
    case 'disarmed':
      return undefined;
    case 'paused':
      return 'A person paused it. Resume it to record again.';
    case 'arming':
      return 'It is being opened.';
    default:
      return problem?.message ?? 'It cannot be captured now.';
  }
}
