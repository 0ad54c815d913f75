import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { constants, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { nodeFileSystem } from '../../engine/platform/nodeFileSystem.ts';
import { verifyFile } from '../../engine/studio/verify/verifyFile.ts';
import { decodeFileText, MAX_CONFIG_BYTES } from '../../shared/decodeText.ts';
import { errnoOf } from '../../shared/errors.ts';
import { audioFiles, type FoundFile, type Refused } from '../audioTree.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';
import { count, size } from '../words.ts';
import { rescan } from './rescan.ts';

const HELP = `
Audio is copied into the recordings folder: files into "Imported" or the folder of --source, folders as they are. When
each began is read from the file, its name or its date. Nothing is overwritten, and what is there already is left out.
A configuration (.ini, .cfg, .conf) is one of ISR: its sections become sources, which are not armed.
Examples:
  longtake import old-recorder/ --source "Studio A"
  longtake import config.ini --dry-run`;

const CONFIGS = ['.ini', '.cfg', '.conf'];
const FOLDER = 'Imported';
/** Of a copy that is not finished. */
const UNFINISHED = '.longtake-import';

interface Flags {
  readonly source?: string;
  readonly move?: boolean;
  readonly dryRun?: boolean;
  readonly section?: readonly string[];
}

/** Adds `longtake import`. */
export function addImportCommand(program: Command, mount: Mount): void {
  program
    .command('import')
    .description('Take audio files into the library, or the sources of an ISR configuration.')
    .argument('<path...>', 'audio files and folders; or one configuration')
    .option('--source <name>', 'whose recordings these are')
    .option('--move', 'remove each file here once it is there')
    .option('--section <name...>', 'only these of a configuration')
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText('after', HELP)
    .action((paths: string[], flags: Flags, command: Command) =>
      withStudio(command, mount, (work) => {
        const [first = ''] = paths;
        const isConfig = CONFIGS.includes(extname(first).toLowerCase());
        if (isConfig && paths.length > 1) throw new Failure(EXIT.usage, 'Import one configuration at a time.');
        return isConfig ? importConfig(work, first, flags) : importAudio(work, paths, flags);
      }),
    );
}

async function importConfig({ access, terminal }: Work, path: string, flags: Flags): Promise<ExitCode> {
  const text = configText(path);
  const preview = await access.request('isr.preview', { text });
  for (const { kind, line, sentence } of preview.problems) {
    terminal.tell(`${path}:${line}: ${kind}: ${sentence.replace(`Line ${line}: `, '')}`);
  }
  if (preview.problems.some(({ kind }) => kind === 'error')) {
    throw new Failure(EXIT.usage, 'Nothing was imported. Correct the file, then try again.');
  }
  const wanted = flags.section ?? preview.sources.map(({ section }) => section);
  const chosen = preview.sources.filter(({ section }) => wanted.includes(section));
  const missing = wanted.find((name) => !chosen.some(({ section }) => section === name));
  if (missing !== undefined) throw new Failure(EXIT.usage, `${path} has no section "${missing}" that can be a source.`);
  if (chosen.length === 0) throw new Failure(EXIT.usage, `No source of ${path} can be recorded.`);
  if (flags.dryRun !== true) {
    await access.request('isr.import', { text, sections: chosen.map(({ section }) => section) });
  }
  for (const { section, name, kind, settings } of chosen) {
    terminal.line(`[${section}] ${flags.dryRun === true ? 'would become' : 'is now'} the source "${name}" (${kind})`);
    for (const { key, becomes, taken } of settings) {
      if (!taken) terminal.line(`  ${key}: ${becomes}`);
    }
    terminal.object({ type: 'source', event: flags.dryRun === true ? 'would be added' : 'added', section, name, kind });
  }
  return EXIT.done;
}

function configText(path: string): string {
  try {
    if (statSync(path).size > MAX_CONFIG_BYTES) {
      throw new Failure(EXIT.usage, `${path} is larger than 1 MB: that is no configuration. Name another file.`);
    }
    return decodeFileText(readFileSync(path));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.usage, `The configuration ${path} cannot be read (${errnoOf(error) ?? String(error)}).`);
  }
}

/** Where a file comes from and goes to. */
interface Copy {
  readonly from: string;
  /** Absolute; a number is added where it is taken. */
  readonly to: string;
  readonly bytes: number;
}

async function importAudio(work: Work, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const { access, terminal, onInterrupt } = work;
  let isStopped = false;
  onInterrupt(() => {
    isStopped = true;
  });
  const { recordingsFolder } = await access.request('settings.get', {});
  const root = resolve(recordingsFolder);
  const { copies, others, refused: unseen } = await planned(paths, root, flags);
  for (const path of others) terminal.tell(`${path} is left out: by its name it is no audio.`);
  for (const { path, why } of unseen) refuse(work, path, [why]);
  if (copies.length === 0) throw new Failure(EXIT.usage, 'There is no audio file to import.');
  await checkRoom(copies, root);
  const counts = { imported: 0, there: 0, refused: unseen.length };
  for (const [index, copy] of copies.entries()) {
    if (isStopped) break;
    terminal.progress(`${index + 1} of ${copies.length}: ${copy.from}`);
    await importOne(work, copy, flags, counts);
  }
  const { imported, there, refused } = counts;
  const what = flags.dryRun === true ? 'would be imported' : 'imported';
  const rest = [...(there > 0 ? [`${there} there already`] : []), ...(refused > 0 ? [`${refused} refused`] : [])];
  terminal.line(`${count(imported, 'file')} ${[what, ...rest].join(', ')}.`);
  terminal.object({ type: 'summary', ...counts });
  if (imported > 0 && flags.dryRun !== true) await rescan(work);
  if (isStopped) return EXIT.interrupted;
  return refused > 0 ? EXIT.problems : EXIT.done;
}

async function planned(
  paths: readonly string[],
  root: string,
  { source }: Flags,
): Promise<{
  readonly copies: readonly Copy[];
  readonly others: readonly string[];
  readonly refused: readonly Refused[];
}> {
  const copies: Copy[] = [];
  const others: string[] = [];
  const refused: Refused[] = [];
  for (const path of paths) {
    const found = await audioFiles([path]);
    others.push(...found.others);
    refused.push(...found.refused);
    const absolute = resolve(path);
    const isFile = found.files.length === 1 && found.files[0]?.path === absolute;
    const folder = folderName(source ?? (isFile ? FOLDER : basename(absolute)));
    for (const file of found.files) copies.push(await copyOf(file, join(root, folder)));
    const inside = relative(root, absolute);
    if (!inside.startsWith('..') && resolve(root, inside) === absolute) {
      throw new Failure(EXIT.usage, `${path} is in the recordings folder already: longtake rescan finds what is new.`);
    }
  }
  return { copies, others, refused };
}

async function copyOf({ path, below }: FoundFile, folder: string): Promise<Copy> {
  // What is gone meanwhile is told when its turn comes.
  const bytes = (await nodeFileSystem.stat(path))?.bytes ?? 0;
  return { from: path, to: join(folder, ...below.split('/')), bytes };
}

/** One that any system takes. */
function folderName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is taken out
  const safe = name.replaceAll(/[<>:"/\\|?*\x00-\x1f]/g, '_').replaceAll(/^[. ]+|[. ]+$/g, '');
  return safe === '' ? FOLDER : safe;
}

async function checkRoom(copies: readonly Copy[], root: string): Promise<void> {
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  await nodeFileSystem.makeFolder(root);
  const free = await nodeFileSystem.freeBytes(root);
  if (bytes < free) return;
  throw new Failure(EXIT.failed, `The files take ${size(bytes)}, and ${root} has ${size(free)} free. Free some space.`);
}

function refuse({ terminal }: Work, path: string, problems: readonly string[]): void {
  terminal.tell(`${path} is left out. ${problems.join(' ')}`);
  terminal.object({ type: 'file', event: 'refused', path, problems });
}

async function importOne(
  work: Work,
  copy: Copy,
  { dryRun, move }: Flags,
  counts: { imported: number; there: number; refused: number },
): Promise<void> {
  const { terminal } = work;
  const tell = (event: string, more: Readonly<Record<string, unknown>> = {}): void =>
    terminal.object({ type: 'file', event, path: copy.from, ...more });
  const looked = await look(copy.from);
  if (!looked.found) {
    counts.refused += 1;
    refuse(work, copy.from, looked.problems);
    return;
  }
  const to = await freePlace(copy, looked.sha256);
  if (to === undefined) {
    counts.there += 1;
    tell('there');
    return;
  }
  if (dryRun === true) terminal.line(`${copy.from} -> ${to}`);
  else {
    await copyInto(copy.from, to);
    if (move === true) await rm(copy.from);
  }
  counts.imported += 1;
  tell(dryRun === true ? 'would be imported' : 'imported', { to });
}

function look(path: string) {
  return verifyFile(nodeFileSystem, path, {
    takesDigest: true,
    deep: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

/** Undefined: the same file is there. */
async function freePlace({ to, bytes }: Copy, sha256: string | undefined): Promise<string | undefined> {
  const extension = extname(to);
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? to : `${to.slice(0, to.length - extension.length)}_${number}${extension}`;
    const there = await nodeFileSystem.stat(path);
    if (!there) return path;
    if (there.bytes === bytes && (await look(path)).sha256 === sha256) return undefined;
  }
}

/** Under another name until it is whole; its date says when it was recorded, where nothing else does. */
async function copyInto(from: string, to: string): Promise<void> {
  const unfinished = `${to}${UNFINISHED}`;
  await mkdir(dirname(to), { recursive: true });
  try {
    await rm(unfinished, { force: true });
    await copyFile(from, unfinished, constants.COPYFILE_EXCL);
    const { atime, mtime } = await stat(from);
    await utimes(unfinished, atime, mtime);
    await nodeFileSystem.move(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new Failure(EXIT.failed, `${from} could not be copied to ${to} (${errnoOf(error) ?? String(error)}).`);
  }
}
