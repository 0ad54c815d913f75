import type { Command } from 'commander';
import { findControl, type StudioLink } from '../../engine/platform/controlClient.ts';
import type { ControlHello } from '../../shared/contract/control.ts';
import type { Source } from '../../shared/contract/requests.ts';
import type { SourceState } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import { isThere } from '../access.ts';
import { type Mount, profileOf, terminalOf, withStudio } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { runFolders } from '../isrRun.ts';
import type { Terminal } from '../terminal.ts';
import { count, duration, localTime, size } from '../words.ts';

const HELP = `
Asks the studio that runs with the profile (the desktop, longtake serve or longtake record), and every longtake record
that runs a configuration. Where none runs, it says so and tells what settings, ledger and catalogue hold.
Exit codes: ${EXIT.done} everything that is armed is captured; ${EXIT.problems} something armed is not.`;

/** In these an armed source is as it should be. */
const GOOD: readonly SourceState[] = ['recording', 'paused'];

/** Adds `longtake status`. */
export function addStatusCommand(program: Command, mount: Mount): void {
  program
    .command('status')
    .description('What runs, what each source does, and what is not as it should be.')
    .addHelpText('after', HELP)
    .action(async (_: unknown, command: Command) => {
      const terminal = terminalOf(command);
      const profile = profileOf(command);
      const codes: ExitCode[] = [];
      if (isThere(profile)) {
        const note: Mount = { ...mount, onEnd: (code) => codes.push(code) };
        await withStudio(command, note, async ({ access }) =>
          access.running
            ? tellRunning(terminal, access, access.running, profile.folder)
            : tellIdle(terminal, access, profile.folder, access.store?.read().armed ?? []),
        );
      } else {
        terminal.line(`Nothing runs: there is no profile in ${profile.folder} yet.`);
        terminal.object({ type: 'studio', running: false, profile: profile.folder });
      }
      for (const folder of runFolders(process.env)) {
        const link = await findControl(folder);
        if (!link) continue;
        terminal.line();
        codes.push(await tellRunning(terminal, link, link.hello, folder));
        link.close();
      }
      mount.onEnd(codes.includes(EXIT.problems) ? EXIT.problems : EXIT.done);
    });
}

const NAMES: Readonly<Record<ControlHello['kind'], string>> = {
  desktop: 'The desktop program',
  serve: 'longtake serve',
  record: 'longtake record',
  command: 'A command',
};

async function tellRunning(
  terminal: Terminal,
  link: StudioLink,
  { kind, pid, startedAt, version }: ControlHello,
  profile: string,
): Promise<ExitCode> {
  const sources = await link.request('sources.list', {});
  const storage = await link.request('storage.get', {});
  const alarms = await link.request('alarms.active', {});
  const transfers = await link.request('uploads.transfers', {});
  const armed = sources.filter(({ status }) => status.state !== 'disarmed');
  const bad = armed.filter(({ status }) => !GOOD.includes(status.state));

  terminal.line(`${NAMES[kind]} runs (process ${pid}, since ${localTime(startedAt)}).`);
  tellStorage(terminal, storage);
  terminal.object({ type: 'studio', running: true, kind, pid, startedAt, version, profile, ...storage });
  for (const { config, status } of sources) {
    terminal.object({
      type: 'source',
      id: config.id,
      name: config.name,
      kind: config.kind,
      ...status,
      sourceId: undefined,
    });
  }
  if (sources.length > 0) {
    const rows = sources.map((source) => [source.config.name, stateOf(terminal, source), whatOf(source)]);
    terminal.table(['SOURCE', 'STATE', 'NOW'], rows);
  }
  for (const alarm of alarms) {
    terminal.object({ type: 'alarm', ...alarm });
    terminal.line(terminal.paint('yellow', `Alarm: ${alarm.message}`));
  }
  for (const transfer of transfers) {
    terminal.object({ type: 'transfer', ...transfer });
    if (transfer.backlogUploads === 0) continue;
    const waits = transfer.problem ? ` ${transfer.problem.message}` : '';
    terminal.line(
      `Uploads: ${count(transfer.backlogUploads, 'upload')}, ${size(transfer.backlogBytes)} to go.${waits}`,
    );
  }
  return bad.length > 0 ? EXIT.problems : EXIT.done;
}

async function tellIdle(
  terminal: Terminal,
  access: StudioLink,
  profile: string,
  armed: readonly SourceId[],
): Promise<ExitCode> {
  const settings = await access.request('settings.get', {});
  const storage = await access.request('storage.get', {});
  const sources = await access.request('sources.list', {});
  const [last] = await access.request('library.days', { limit: 1 });
  terminal.line(`Nothing runs with the profile ${profile}; this is what its settings, ledger and catalogue hold.`);
  tellStorage(terminal, storage);
  terminal.object({ type: 'studio', running: false, profile, ...storage, lastDay: last });
  for (const { config } of sources) {
    const isArmed = armed.includes(config.id);
    terminal.object({
      type: 'source',
      id: config.id,
      name: config.name,
      kind: config.kind,
      state: 'disarmed',
      armed: isArmed,
    });
  }
  if (sources.length > 0) {
    const next = settings.resumeArmed ? 'armed at the next start' : 'armed, and left alone at the next start';
    const rows = sources.map(({ config }) => [config.name, armed.includes(config.id) ? next : 'disarmed']);
    terminal.table(['SOURCE', 'STATE'], rows);
  }
  if (last) {
    const missing = last.gaps === 0 ? 'no gap' : `${count(last.gaps, 'gap')} (${duration(last.gapMs)})`;
    const all = `${count(last.recordings, 'recording')}, ${duration(last.durationMs)}, ${size(last.bytes)}, ${missing}`;
    terminal.line(`Last day recorded: ${last.day}: ${all}.`);
  } else terminal.line('Nothing was recorded yet.');
  return armed.length > 0 ? EXIT.problems : EXIT.done;
}

function tellStorage(terminal: Terminal, storage: { recordingsFolder: string; freeBytes?: number | undefined }): void {
  const free = storage.freeBytes === undefined ? 'which cannot be asked' : `${size(storage.freeBytes)} free`;
  terminal.line(`Recordings go to ${storage.recordingsFolder} (${free}).`);
}

function stateOf(terminal: Terminal, { status }: Source): string {
  if (status.state === 'recording') return terminal.paint('red', status.state);
  return status.state === 'disarmed' || GOOD.includes(status.state)
    ? status.state
    : terminal.paint('yellow', status.state);
}

function whatOf({ status }: Source): string {
  const { recording, problem, since, title, state } = status;
  if (problem) return `${problem.message} (for ${duration(Date.now() - since)})`;
  if (!recording) return state === 'disarmed' ? '' : `for ${duration(Date.now() - since)}`;
  const { path, durationMs, bytes } = recording;
  return `${path}, ${duration(durationMs)}, ${size(bytes)}${title === undefined ? '' : `, "${title}"`}`;
}
