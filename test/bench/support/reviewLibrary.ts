import type { Connection } from '../../../src/engine/library/database.ts';
import { SectionStore } from '../../../src/engine/library/sectionStore.ts';
import { TitleStore } from '../../../src/engine/library/titleStore.ts';
import { VerdictStore } from '../../../src/engine/library/verdictStore.ts';
import type { Recording } from '../../../src/shared/domain/recording.ts';
import type { FoundSection } from '../../../src/shared/domain/section.ts';

/** Of an hour. */
const WINDOWS = 36_000;

/** Gives the hourly recordings sections, of which every twentieth has a verdict, and titles to some. */
export function addSections(connection: Connection, recordings: Iterable<Recording>, each: number): void {
  const verdicts = new VerdictStore(connection);
  const sections = new SectionStore(connection, verdicts);
  const titles = new TitleStore(connection);
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  connection.transaction(() => {
    let count = 0;
    for (const recording of recordings) {
      const found: FoundSection[] = [];
      const room = Math.floor(WINDOWS / each);
      for (let index = 0; index < each; index += 1) {
        const first = index * room + Math.floor(random() * (room - 250));
        const end = first + 5 + Math.floor(random() * 200);
        const peak = Math.floor((first + end) / 2);
        found.push({ first, end, peak, peakDb: -30, floorDb: -60, score: 12 + random() * 40 });
        if (random() < 0.05) {
          const peakAt = recording.startedAt + peak * 100;
          verdicts.save({ type: 'verdict', at: 1, sourceId: recording.sourceId, peakAt, verdict: 'keep' });
        }
      }
      sections.replaceSections([{ recording, sections: found, live: false, settings: '' }]);
      if (count % 4 === 0) {
        titles.save(
          { recordingId: recording.id, position: 0, text: `Artist ${count % 5000} - Song` },
          recording.startedAt,
        );
      }
      count += 1;
    }
  })();
}
