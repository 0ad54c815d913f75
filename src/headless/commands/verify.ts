import { join } from 'node:path';
import type { Command } from 'commander';
import { nodeFileSystem } from '../../engine/platform/nodeFileSystem.ts';
import { Digests } from '../../engine/studio/verify/digests.ts';
import { type Verified, verifyFile } from '../../engine/studio/verify/verifyFile.ts';
import type { RequestInput } from '../../shared/contract/requests.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { Access } from '../access.ts';
import { audioFiles } from '../audioTree.ts';
import { chooseSource } from '../chosen.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { day } from '../days.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { count, size } from '../words.ts';

const HELP = `
Every file is gone through to its end with Longtake's own parsers and compared with what the library says of it, and
with its SHA-256 where there is one. Digests are taken by --update, of files that are in order and have none yet, and
kept in .longtake/digests.jsonl in the recordings folder. What is being recorded is left out.
Exit codes: ${EXIT.done} all is well; ${EXIT.problems} at least one file is not; ${EXIT.failed} it could not look.
Examples:
  longtake verify
  longtake verify --source "Radio 1" --from-day 2026-11-01 --deep
  longtake verify --update
  longtake verify backup/2026-11`;

interface Flags {
  readonly source?: readonly string[];
  readonly fromDay?: string;
  readonly toDay?: string;
  readonly deep?: boolean;
  readonly update?: boolean;
  readonly renew?: boolean;
  readonly all?: boolean;
}

interface Counts {
  files: number;
  bytes: number;
  problems: number;
  matched: number;
  taken: number;
  open: number;
}

const PAGE = 500;

/** Adds `longtake verify`. */
export function addVerifyCommand(program: Command, mount: Mount): void {
  program
    .command('verify')
    .description('Check recordings: container, length, digest, and with --deep by decoding them.')
    .argument('[path...]', 'files and folders; without any, every recording of the library')
    .option('--source <name...>', 'only those of these sources')
    .option('--from-day <day>', 'only those that began on this day or later: 2026-11-21', day)
    .option('--to-day <day>', 'only those that began on this day or before', day)
    .option('--deep', 'decode each with ffmpeg, too')
    .option('--update', 'take the digest of each that has none')
    .option('--renew', 'the same, and take it anew where it differs')
    .option('--all', 'name every file, not only those with a problem')
    .addHelpText('after', HELP)
    .action((paths: string[], flags: Flags, command: Command) =>
      withStudio(command, mount, (work) => verify(work, paths, flags)),
    );
}

async function verify(work: Work, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const { terminal, access, onInterrupt } = work;
  const controller = new AbortController();
  onInterrupt(() => controller.abort());
  const counts: Counts = { files: 0, bytes: 0, problems: 0, matched: 0, taken: 0, open: 0 };
  const digests = new Map<string, Digests>();
  const digestsOf = (root: string): Digests => {
    const known = digests.get(root) ?? new Digests(nodeFileSystem, root);
    digests.set(root, known);
    return known;
  };
  try {
    const wanted = paths.length > 0 ? fromPaths(work, paths, flags, counts) : fromLibrary(access, flags);
    for await (const file of wanted) await verifyOne(work, file, flags, controller.signal, digestsOf, counts);
  } catch (error) {
    if (!controller.signal.aborted || !(error instanceof LongtakeError)) throw error;
    terminal.tell(`Interrupted after ${count(counts.files, 'file')}.`);
    return EXIT.interrupted;
  }
  terminal.object({ type: 'summary', ...counts });
  terminal.line(summary(terminal, counts));
  return counts.problems > 0 ? EXIT.problems : EXIT.done;
}

function summary(terminal: Work['terminal'], { files, bytes, problems, matched, taken, open }: Counts): string {
  const told = [
    problems === 0
      ? terminal.paint('green', 'all in order')
      : terminal.paint('yellow', `${count(problems, 'file')} not in order`),
    ...(matched > 0 ? [`${matched} as their digests say`] : []),
    ...(taken > 0 ? [`${count(taken, 'digest')} taken`] : []),
    ...(open > 0 ? [`${open} being recorded left out`] : []),
  ];
  return `${count(files, 'file')}, ${size(bytes)}: ${told.join(', ')}.`;
}

/** A file, with what the library knows of it. */
interface Wanted {
  readonly path: string;
  readonly recording: Recording | undefined;
}

async function verifyOne(
  { terminal }: Work,
  { path, recording }: Wanted,
  flags: Flags,
  signal: AbortSignal,
  digestsOf: (root: string) => Digests,
  counts: Counts,
): Promise<void> {
  if (recording?.state === 'recording') {
    counts.open += 1;
    return;
  }
  const digests = recording && digestsOf(recording.root);
  const digest = recording && (await digests?.of(recording.path));
  terminal.progress(`${counts.files + 1}: ${path}`);
  const verified = await verifyFile(nodeFileSystem, path, {
    expected: recording,
    digest,
    takesDigest: (flags.update === true || flags.renew === true) && recording !== undefined,
    deep: flags.deep === true,
    signal,
    onProgress: (fraction) => terminal.progress(`${counts.files + 1}: ${path}`, fraction),
  });
  const problems = [...verified.problems];
  if (recording?.state === 'damaged') problems.push('It was found damaged before.');
  const taken = digests && recording && (await keepDigest(digests, recording, verified, flags));
  counts.files += 1;
  counts.bytes += verified.bytes ?? 0;
  counts.problems += problems.length > 0 ? 1 : 0;
  counts.matched += verified.digest === 'matches' ? 1 : 0;
  counts.taken += taken === true ? 1 : 0;
  const { digest: compared, sha256, bytes, found } = verified;
  terminal.object({
    type: 'file',
    path,
    ok: problems.length === 0,
    problems,
    digest: taken === true ? 'taken' : compared,
    sha256,
    bytes,
    container: found?.container,
    samples: found?.samples,
    recordingId: recording?.id,
  });
  if (problems.length > 0) terminal.line(`${terminal.paint('yellow', path)}: ${problems.join(' ')}`);
  else if (flags.all === true) terminal.line(`${path}: in order`);
}

/** Only of what is in order, or a digest would vouch for damage. */
async function keepDigest(
  digests: Digests,
  { path }: Recording,
  { problems, digest, sha256, bytes }: Verified,
  { renew }: Flags,
): Promise<boolean> {
  if (sha256 === undefined || bytes === undefined || digest === 'matches') return false;
  const renewed = digest === 'differs' && renew === true && problems.length === 1;
  if (problems.length > 0 && !renewed) return false;
  await digests.keep({ path, bytes, sha256, at: Date.now() });
  return true;
}

async function* fromPaths(
  { access, terminal }: Work,
  paths: readonly string[],
  flags: Flags,
  counts: Counts,
): AsyncGenerator<Wanted> {
  if (flags.source || flags.fromDay !== undefined || flags.toDay !== undefined) {
    throw new Failure(EXIT.usage, 'Name paths, or choose by --source and days, and not both.');
  }
  const { files, others, refused } = await audioFiles(paths);
  for (const { path, why } of refused) {
    counts.problems += 1;
    terminal.object({ type: 'file', path, ok: false, problems: [why], digest: 'none' });
    terminal.line(`${terminal.paint('yellow', path)}: ${why}`);
  }
  if (files.length === 0) throw new Failure(EXIT.usage, `There is no audio file in ${[...paths, ...others][0] ?? ''}.`);
  for (const { path } of files) yield { path, recording: await recordingAt(access, path) };
}

async function recordingAt(access: Access, path: string): Promise<Recording | undefined> {
  try {
    return await access.request('library.recordingAt', { path });
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

async function* fromLibrary(access: Access, { source, fromDay, toDay }: Flags): AsyncGenerator<Wanted> {
  const known = source && (await access.request('sources.list', {}));
  const filter: RequestInput<'library.find'>['filter'] = {
    ...(fromDay === undefined ? {} : { fromDay }),
    ...(toDay === undefined ? {} : { toDay }),
    ...(known && source ? { sourceIds: source.map((name) => chooseSource(known, name).config.id) } : {}),
  };
  const seen = new Set<RecordingId>();
  for (let offset = 0; ; offset += PAGE) {
    const { recordings } = await access.request('library.find', { filter, offset, limit: PAGE });
    for (const recording of recordings) {
      // What is recorded meanwhile moves the pages on.
      if (seen.has(recording.id)) continue;
      seen.add(recording.id);
      yield { path: join(recording.root, recording.path), recording };
    }
    if (recordings.length < PAGE) return;
  }
}
