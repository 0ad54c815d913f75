import type { SourceConfig } from '../../shared/domain/source.ts';
import type { RecordingPlan } from './protocol.ts';

/** The plan as it is for one source: what the source says of its own comes before what is said for all. */
export function sourcePlan(
  plan: RecordingPlan,
  source: SourceConfig,
): RecordingPlan & { readonly tagStreams: boolean } {
  return {
    ...plan,
    splitSeconds: source.splitSeconds ?? plan.splitSeconds,
    filenamePattern: source.filenamePattern ?? plan.filenamePattern,
    tagStreams: (source.kind === 'stream' ? source.tagStreams : undefined) ?? plan.tagStreams ?? false,
  };
}
