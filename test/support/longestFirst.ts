import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that mostly wait for the clock, from a minute down to half of one. One of them that begins last keeps a whole
 * run waiting, and by their size, which is what vitest goes by, some would.
 */
const LONGEST: readonly string[] = [
  'alarms',
  'recorder-cards',
  'cuts',
  'cardsFormats',
  'analysis',
  'chaos',
  'headless',
  'recorder',
  'drill',
  'commands',
  'cards',
  'recorder-streams',
  'clips',
  'disks',
  'uploadChaos',
].map((name) => `/test/audio/${name}.test.ts`);

/** Begins with the files that take longest; the others follow as vitest would have them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST.length : at;
    };
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
