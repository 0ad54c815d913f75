import type { SourceId } from '../../shared/units.ts';
import type { StudioParts } from './studio.ts';

/** Arms and disarms sources. Each is called with the source's lock held. */
export interface ArmingActions {
  arm(id: SourceId): Promise<void>;
  /** Resolves when its files are closed. `reason` goes into the ledger. */
  disarm(id: SourceId, reason: string): Promise<void>;
}

export function createArming(parts: StudioParts): ArmingActions {
  const { sources, recorder, catalogue, interruptions, armings } = parts;
  return {
    arm: async (id) => {
      if (sources.armed().includes(id)) return;
      const source = await sources.armedSource(id);
      catalogue.saveSource(source.config);
      const armedAt = sources.markArmed(id);
      sources.setStatus({ sourceId: id, state: 'arming', since: armedAt, armedAt });
      recorder.arm(source, armedAt);
    },
    disarm: async (id, reason) => {
      if (!sources.armed().includes(id)) return;
      sources.markDisarmed(id);
      armings.keep(sources.armed());
      interruptions.forget(id);
      await recorder.disarm(id, reason);
      sources.setDisarmed(id);
    },
  };
}
