import type { Drill, DrillFault, DrillReport } from '../../../shared/contract/drill.ts';
import type { AppInfo } from '../appInfo.ts';

const MOST_PROBLEMS = 30;

/** A report as plain text, to be copied. */
export function reportText(
  drill: Pick<Drill, 'startedAt' | 'sources' | 'faults'>,
  report: Omit<DrillReport, 'text'>,
  app: AppInfo,
): string {
  const { gapless, accounted, unproven } = report.seams;
  const wrong = [...drill.faults.flatMap(({ problems }) => problems), ...report.problems].length;
  return [
    `Longtake failure drill, ${new Date(drill.startedAt).toISOString()}`,
    `Longtake ${app.version}, ${app.platform}, ${app.runtime}`,
    `Sources: ${drill.sources.join(', ')}`,
    report.passed
      ? 'Passed: every loss is in the ledger with its cause, and every file is sound.'
      : `Failed: ${found(wrong)}.`,
    '',
    ...drill.faults.flatMap(faultLines),
    `Files: ${report.filesChecked} checked${report.decoded ? ' and decoded' : '; not decoded, because ffmpeg is not there'}.`,
    `Seams: ${gapless} gapless, ${accounted} with a stated loss or a new beginning, ${unproven} unproven.`,
    `Compared with what was played: ${report.comparedSeconds.toFixed(1)} s.`,
    ...report.notes,
    ...report.problems.slice(0, MOST_PROBLEMS).map((problem) => `WRONG: ${problem}`),
    ...(report.problems.length > MOST_PROBLEMS ? [`... and ${report.problems.length - MOST_PROBLEMS} more.`] : []),
    '',
  ].join('\n');
}

function faultLines({ title, story, state, losses, problems }: DrillFault): string[] {
  return [
    `${title}: ${state}. ${story}`,
    ...losses.map(
      ({ source, lostSeconds, toldSeconds, causes }) =>
        `  ${source}: ${lostSeconds.toFixed(1)} s lost; the ledger says ${toldSeconds.toFixed(1)} s` +
        (causes.length > 0 ? ` (${causes.join(', ')})` : ''),
    ),
    ...(losses.length === 0 ? ['  Nothing was lost.'] : []),
    ...problems.map((problem) => `  WRONG: ${problem}`),
  ];
}

const found = (count: number): string => (count === 1 ? '1 thing is wrong' : `${count} things are wrong`);
