import { type Command, InvalidArgumentError } from 'commander';
import type { RequestInput } from '../../shared/contract/requests.ts';
import type { ProcessHost } from '../../shared/ports/processHost.ts';
import type { Access } from '../access.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { day, isDay } from '../days.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { formatOf, FORMATS, type FormatFlags, Interrupted, runExport } from '../exportRun.ts';
import { position } from '../position.ts';
import { type KnownFile, RecordingFiles } from '../recordingFiles.ts';

const HELP = `
Nothing is overwritten: a name that is taken gets a number. What is cancelled or fails leaves no file.
Examples:
  longtake export convert Studio.wav --format mp3
  longtake export convert Studio.wav --format opus --from 1:30 --to 2:00 --fade-out 3 --out solo.opus
  longtake export reel 2026-11-21 --out reel.wav
  longtake export csv 2026-11-21 --out sections.csv
  longtake export labels Studio.wav --out labels/`;

type Content = RequestInput<'exports.startAt'>['request']['content'];
type Shape = RequestInput<'exports.startAt'>['request']['shape'];

interface OutFlags {
  readonly out?: string;
}

interface ConvertFlags extends FormatFlags, OutFlags {
  readonly from?: string;
  readonly to?: string;
  readonly join?: boolean;
}

interface ReelFlags extends FormatFlags, OutFlags {
  readonly each?: boolean;
  readonly labels?: boolean;
}

const PAGE = 500;
const MOST_SECTIONS = 5000;

/** Adds `longtake export`. */
export function addExportCommand(program: Command, mount: Mount): void {
  const all = program
    .command('export')
    .description('Convert files; reels, tables and labels of sections.')
    .addHelpText('after', HELP);

  withFormat(
    all
      .command('convert')
      .description('Files into another format, exact to the sample; takes ffmpeg.')
      .argument('<file...>')
      .requiredOption('--format <format>', FORMATS.join(', '))
      .option('--from <place>', 'of one file, as in longtake cut: where it begins')
      .option('--to <place>', 'where it ends')
      .option('--join', 'several recordings as one file'),
  ).action((files: string[], flags: ConvertFlags, command: Command) =>
    withStudio(command, mount, (work) => convert(work, mount.processHost, files, flags)),
  );

  withFormat(
    all
      .command('reel')
      .description('All starred sections of a day, as recorded or converted.')
      .argument('<day>', 'such as 2026-11-21', day)
      .option('--format <format>', `converted: ${FORMATS.join(', ')} (as recorded)`)
      .option('--each', 'a file each; --out then names a folder')
      .option('--labels', 'with labels for Audacity'),
  ).action((text: string, flags: ReelFlags, command: Command) =>
    withStudio(command, mount, (work) => {
      const shape = flags.each === true ? 'each' : 'one';
      const content = { kind: 'reel', day: text } as const;
      const labels = flags.labels === true ? { labels: true } : {};
      return finish(work, work.access, { content, format: formatOf(flags), shape, ...labels }, flags.out);
    }),
  );

  addTable(all, mount, 'csv', 'csv', 'A table of sections.');
  addTable(all, mount, 'labels', 'audacity labels', 'Sections as label tracks for Audacity, one for each recording.');
}

function withFormat(command: Command): Command {
  return command
    .option('--fade-in <seconds>', 'with --format', number)
    .option('--fade-out <seconds>', 'with --format', number)
    .option('--gain <dB>', 'with --format', number)
    .option('-o, --out <path>', 'a file, or a folder (the present one)');
}

function addTable(all: Command, mount: Mount, name: string, shape: Shape, description: string): void {
  all
    .command(name)
    .description(description)
    .argument('<day or file...>', 'a day such as 2026-11-21, or recordings of the library')
    .option('--starred', 'of a day only those with a star')
    .option('-o, --out <path>', 'a file, or a folder (the present one)')
    .action((texts: string[], { starred, out }: OutFlags & { starred?: boolean }, command: Command) =>
      withStudio(command, mount, async (work) => {
        const [first = ''] = texts;
        const content: Content =
          starred === true
            ? { kind: 'reel', day: day(first) }
            : { kind: 'sections', ids: await sectionIds(work.access, mount.processHost, texts) };
        return finish(work, work.access, { content, format: { kind: 'cut' }, shape }, out);
      }),
    );
}

async function convert(
  work: Work,
  processHost: ProcessHost,
  names: readonly string[],
  flags: ConvertFlags,
): Promise<ExitCode> {
  const { from, to, join: joins, out } = flags;
  const format = formatOf(flags);
  const isPart = from !== undefined || to !== undefined;
  if (isPart && names.length > 1) throw new Failure(EXIT.usage, '--from and --to take one file.');
  const files = new RecordingFiles(work.access, processHost);
  try {
    const known: KnownFile[] = [];
    for (const name of names) known.push(await files.find(name));
    if (joins === true) {
      if (known.some(({ isForeign }) => isForeign)) {
        throw new Failure(EXIT.usage, '--join takes recordings of the library. Import the others first.');
      }
      const ids = known.map(({ recording }) => recording.id);
      return await finish(work, work.access, { content: { kind: 'recordings', ids }, format, shape: 'one' }, out);
    }
    let code: ExitCode = EXIT.done;
    for (const { recording, link } of known) {
      const content: Content = isPart
        ? { kind: 'range', range: rangeOf(recording, from, to) }
        : { kind: 'recordings', ids: [recording.id] };
      code = await finish(work, link, { content, format, shape: 'one' }, out);
      if (code !== EXIT.done) break;
    }
    return code;
  } finally {
    await files.close();
  }
}

function rangeOf(recording: KnownFile['recording'], from: string | undefined, to: string | undefined) {
  const { samples, format } = recording;
  const fromSeconds = from === undefined ? 0 : position(from, recording);
  const toSeconds = to === undefined ? samples / Math.max(1, format.sampleRate) : position(to, recording);
  if (fromSeconds >= toSeconds) throw new Failure(EXIT.usage, 'The end must come after the beginning.');
  return { recordingId: recording.id, fromSeconds, toSeconds };
}

async function finish(
  work: Work,
  link: Parameters<typeof runExport>[1],
  request: Parameters<typeof runExport>[2],
  out: string | undefined,
): Promise<ExitCode> {
  try {
    const { files, title } = await runExport(work, link, request, out);
    for (const file of files) {
      work.terminal.line(file);
      work.terminal.object({ type: 'export', title, file });
    }
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    work.terminal.tell('Interrupted: nothing of the export was kept.');
    return EXIT.interrupted;
  }
}

async function sectionIds(access: Access, processHost: ProcessHost, texts: readonly string[]): Promise<string[]> {
  const recordingIds: string[] = [];
  const files = new RecordingFiles(access, processHost);
  try {
    for (const text of texts) {
      if (isDay(text)) recordingIds.push(...(await recordingsOf(access, text)));
      else {
        const known = await files.find(text);
        if (known.isForeign) {
          throw new Failure(EXIT.usage, `${text} is not in the library. Import it, or use longtake analyse --json.`);
        }
        recordingIds.push(known.recording.id);
      }
    }
  } finally {
    await files.close();
  }
  const ids: string[] = [];
  for (const recordingId of recordingIds) {
    ids.push(...(await access.request('review.sections', { recordingId })).map(({ id }) => id));
  }
  if (ids.length === 0)
    throw new Failure(EXIT.usage, 'There is no section: nothing stood out, or it is not analysed yet.');
  if (ids.length > MOST_SECTIONS) {
    throw new Failure(
      EXIT.usage,
      `There are ${ids.length} sections, and a table holds ${MOST_SECTIONS}. Choose fewer days.`,
    );
  }
  return ids;
}

async function recordingsOf(access: Access, text: string): Promise<string[]> {
  const ids: string[] = [];
  const filter = { fromDay: text, toDay: text, hasSections: true };
  for (let offset = 0; ; offset += PAGE) {
    const { recordings } = await access.request('library.find', { filter, offset, limit: PAGE });
    ids.push(...recordings.map(({ id }) => id));
    if (recordings.length < PAGE) return ids;
  }
}

function number(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Enter a number.');
}
