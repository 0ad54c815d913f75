import { type Command, InvalidArgumentError } from 'commander';
import { nodeFileSystem } from '../../engine/platform/nodeFileSystem.ts';
import { FileAnalyst } from '../../engine/studio/fileAnalyst.ts';
import { DEFAULT_DETECTION } from '../../shared/domain/section.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { Interrupted, runExport } from '../exportRun.ts';
import { silentLog } from '../log.ts';
import { position } from '../position.ts';
import { type KnownFile, RecordingFiles } from '../recordingFiles.ts';
import { wallClock } from '../words.ts';

const HELP = `
Nothing is re-encoded: WAV and FLAC are cut to the sample, MP3, AAC and Ogg at the nearest frame; where it really begins
and ends is told. A cut that is longer than its recording goes on in those that follow it without a gap. Nothing is
overwritten.
Places: 90, 1:30, 0:01:30.5 from the start of the file; @14:02:11 by the clock on the wall; 2026-11-21T14:02:11+01:00.
Examples:
  longtake cut Studio.wav --from 1:30 --to 2:00
  longtake cut Studio.wav --from @14:02:11 --to @14:10:00 --out evening.wav
  longtake cut Studio.wav --section 1
  longtake cut Studio.wav --section all --out sections/
  longtake cut Studio.wav --marker Solo --before 2 --after 60`;

interface Flags {
  readonly from?: string;
  readonly to?: string;
  readonly section?: string;
  readonly marker?: string;
  readonly before?: number;
  readonly after?: number;
  readonly snap?: boolean;
  readonly out?: string;
}

/** s */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Around a marker, s. */
const MARKER_BEFORE = 5;
const MARKER_AFTER = 10;

/** Adds `longtake cut`. */
export function addCutCommand(program: Command, mount: Mount): void {
  program
    .command('cut')
    .description('Take a part out of a file, in its own codec.')
    .argument('<file>')
    .option('--from <place>', 'where it begins (the start)')
    .option('--to <place>', 'where it ends (the end)')
    .option('--section <number>', 'a section of the file, from 1 in order of time; or loudest, or all')
    .option('--marker <label>', 'around a marker; the beginning of its label is enough')
    .option('--before <seconds>', `so much before the section (0) or marker (${MARKER_BEFORE})`, seconds)
    .option('--after <seconds>', `so much after the section (0) or marker (${MARKER_AFTER})`, seconds)
    .option('--snap', 'WAV and FLAC: at zero crossings within 10 ms')
    .option('-o, --out <path>', 'a file, or a folder that exists (the present one)')
    .addHelpText('after', HELP)
    .action((file: string, flags: Flags, command: Command) =>
      withStudio(command, mount, async (work) => {
        const files = new RecordingFiles(work.access, mount.processHost);
        try {
          return await cut(work, await files.find(file), flags);
        } finally {
          await files.close();
        }
      }),
    );
}

async function cut(work: Work, known: KnownFile, flags: Flags): Promise<ExitCode> {
  const { recording, link } = known;
  for (const { from, to } of await stretches(known, flags)) {
    const range = {
      recordingId: recording.id,
      fromSeconds: from,
      toSeconds: to,
      ...(flags.snap === true ? { snap: true } : {}),
    };
    try {
      const job = await runExport(
        work,
        link,
        { content: { kind: 'range', range }, format: { kind: 'cut' }, shape: 'one' },
        flags.out,
      );
      tell(work, recording, { from, to }, job.files, job.bounds);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      work.terminal.tell('Interrupted: nothing of the cut was kept.');
      return EXIT.interrupted;
    }
  }
  return EXIT.done;
}

function tell(
  { terminal }: Work,
  { startedAt, offsetMinutes, path }: Recording,
  asked: Stretch,
  [file = '']: readonly string[],
  bounds: { readonly from: number; readonly to: number } | undefined,
): void {
  const from = bounds?.from ?? startedAt + asked.from * 1000;
  const to = bounds?.to ?? startedAt + asked.to * 1000;
  const at = (instant: number): string => wallClock(instant, offsetMinutes);
  const length = ((to - from) / 1000).toFixed(3);
  terminal.line(`${file}: ${at(from)} to ${at(to)}, ${length} s`);
  const place = (instant: number): number => (instant - startedAt) / 1000;
  terminal.object({ type: 'cut', of: path, file, from: place(from), to: place(to), fromAt: from, toAt: to, asked });
}

async function stretches(known: KnownFile, flags: Flags): Promise<readonly Stretch[]> {
  const { from, to, section, marker } = flags;
  const ways = [from !== undefined || to !== undefined, section !== undefined, marker !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new Failure(EXIT.usage, 'Say what to cut: --from and --to, or --section, or --marker.');
  }
  const { recording } = known;
  if (section !== undefined) return padded(await sectionsOf(known, section), flags, 0, 0);
  if (marker !== undefined) return padded([await markerOf(known, marker)], flags, MARKER_BEFORE, MARKER_AFTER);
  const begin = from === undefined ? 0 : position(from, recording);
  const end = to === undefined ? lengthOf(recording) : position(to, recording);
  if (begin < end) return [{ from: begin, to: end }];
  throw new Failure(EXIT.usage, 'The end must come after the beginning.');
}

function padded(found: readonly Stretch[], { before, after }: Flags, least: number, most: number): readonly Stretch[] {
  return found.map(({ from, to }) => ({ from: Math.max(0, from - (before ?? least)), to: to + (after ?? most) }));
}

async function sectionsOf({ path, recording, link }: KnownFile, wanted: string): Promise<readonly Stretch[]> {
  const kept = await link.request('review.sections', { recordingId: recording.id });
  const all =
    kept.length > 0
      ? kept.map(({ fromSeconds, toSeconds, score }) => ({ from: fromSeconds, to: toSeconds, score }))
      : await analysed(path);
  if (all.length === 0) throw new Failure(EXIT.usage, `${path} has no section: nothing stands out from its noise.`);
  if (wanted === 'all') return all;
  if (wanted === 'loudest') return [all.reduce((one, other) => (other.score > one.score ? other : one))];
  const found = /^[1-9]\d*$/.test(wanted) ? all[Number(wanted) - 1] : undefined;
  if (found) return [found];
  throw new Failure(EXIT.usage, `There is no section "${wanted}": write 1 to ${all.length}, loudest or all.`);
}

/** What the library has not searched yet, or does not hold. */
async function analysed(path: string): Promise<readonly (Stretch & { readonly score: number })[]> {
  const analyst = new FileAnalyst(nodeFileSystem, silentLog);
  try {
    const { sections } = await analyst.analyse(path, DEFAULT_DETECTION);
    return sections.map(({ start, end, score }) => ({ from: start, to: end, score }));
  } finally {
    await analyst.dispose();
  }
}

async function markerOf({ path, recording, link }: KnownFile, label: string): Promise<Stretch> {
  const { startedAt, sourceId } = recording;
  const to = startedAt + lengthOf(recording) * 1000;
  const markers = await link.request('markers.list', { from: startedAt, to: Math.max(to, startedAt + 1), sourceId });
  const wanted = label.trim().toLowerCase();
  const found = markers.filter((marker) => marker.label.toLowerCase().startsWith(wanted));
  const [only] = found.length > 1 ? found.filter((marker) => marker.label.toLowerCase() === wanted) : found;
  if (only) return { from: (only.at - startedAt) / 1000, to: (only.at - startedAt) / 1000 };
  const there = markers.map((marker) => `"${marker.label}"`).join(', ');
  throw new Failure(
    EXIT.usage,
    `${path} has no marker "${label}". ${there === '' ? 'It has none.' : `It has ${there}.`}`,
  );
}

function lengthOf({ samples, format }: Recording): number {
  return format.sampleRate > 0 ? samples / format.sampleRate : 0;
}

function seconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Enter seconds.');
}
