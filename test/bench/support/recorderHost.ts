import type { SourceDraft } from '../../../src/shared/domain/source.ts';
import { TestStudio } from '../../support/studio.ts';

/** A studio in a process of its own, so that all it costs can be seen from outside. */
export interface HostOrders {
  readonly sources: readonly SourceDraft[];
  readonly splitSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  /** Where `npm run build` puts the child processes. */
  readonly built: string;
}

export type HostMessage =
  | { readonly type: 'recording'; readonly recorderPid: number }
  | { readonly type: 'stopped'; readonly folder: string };

async function run({ sources, splitSeconds, env, built }: HostOrders): Promise<void> {
  const studio = await TestStudio.start({ settings: { splitSeconds }, env, built });
  // What recording costs is measured; sections of streams are found at leisure.
  await studio.studio.handlers['analysis.pause']({ paused: true });
  const ids = await Promise.all(sources.map((draft) => studio.addAndArm(draft)));
  await studio.until('every source records', () => ids.every((id) => studio.statuses.get(id)?.state === 'recording'));
  tell({ type: 'recording', recorderPid: studio.child('recorder').pid ?? 0 });
  process.once('message', () => {
    void studio.stop().then(() => {
      tell({ type: 'stopped', folder: studio.recordingsFolder });
      process.disconnect();
    });
  });
}

function tell(message: HostMessage): void {
  process.send?.(message);
}

process.once('message', (orders) => {
  run(orders as HostOrders).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
