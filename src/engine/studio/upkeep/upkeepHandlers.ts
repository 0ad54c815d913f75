import { access } from 'node:fs/promises';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { upkeepRequests } from '../../../shared/contract/upkeep.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { WEBHOOK_SECRET_KEY } from '../hooks/hooks.ts';
import type { StudioParts } from '../studio.ts';
import { exportSettings } from './exportFile.ts';
import { type Actions, Importing } from './importing.ts';
import { planSettings, previewOf } from './importPlan.ts';
import { readLog } from './logFile.ts';
import { reportText } from './report.ts';
import { storageOverview } from './storage.ts';

/** Log lines in a report. */
const REPORT_LINES = 400;
/** Days of the ledger in a report. */
const REPORT_DAYS = 14;

/** Taking settings away and back, and looking after disk and log. */
export function upkeepHandlers(parts: StudioParts, actions: Actions): Handlers<keyof typeof upkeepRequests> {
  const { ports, sources, targets, analyst, library } = parts;
  const importing = new Importing(parts, actions);
  const plan = (text: string) => planSettings(text, ports.settingsStore.read());
  const { logFolder } = ports;
  const lines = (from?: number) =>
    logFolder === undefined ? Promise.resolve({ lines: [], next: 0 }) : readLog(ports.fileSystem, logFolder, from);

  /** What was recorded and lost on the last days. */
  const ledger = (): string[] =>
    library()
      .days({ limit: REPORT_DAYS })
      .map(({ day, recordings, bytes, gaps, gapMs }) => {
        const causes = new Map<string, number>();
        for (const { cause } of library().gaps(day)) causes.set(cause, (causes.get(cause) ?? 0) + 1);
        const told = [...causes].map(([cause, found]) => `${cause} ${found}`).join(', ');
        return `${day}: ${recordings} recordings, ${bytes} bytes, ${gaps} gaps, ${Math.round(gapMs / 1000)} s missing${told === '' ? '' : ` (${told})`}`;
      });

  const secrets = async (): Promise<string[]> => {
    const kept = await Promise.all([
      ...sources.configs().map((config) => sources.password(config)),
      ...targets.all().map(({ id }) => targets.secret(id)),
      ports.secrets.get(WEBHOOK_SECRET_KEY),
    ]);
    return kept.filter((secret) => secret !== undefined);
  };

  return {
    'settings.export': () => {
      const day = new Date(ports.clock.now()).toISOString().slice(0, 10);
      const { text, leftOut } = exportSettings(ports.settingsStore.read(), ports.appInfo.version);
      return { name: `longtake-settings-${day}.json`, text, leftOut: [...leftOut] };
    },
    'settings.previewImport': ({ text }) => previewOf(plan(text), ports.settingsStore.read()),
    'settings.import': async ({ text }) => ({ problems: await importing.run(plan(text)) }),
    'settings.undoImport': () => importing.undo(),

    'storage.overview': () => storageOverview(parts),

    'logs.read': async ({ from }) => {
      const read = await lines(from);
      return { lines: [...read.lines], next: read.next, ...(logFolder === undefined ? {} : { folder: logFolder }) };
    },
    'report.make': async () => ({
      text: reportText({
        at: ports.clock.now(),
        appInfo: ports.appInfo,
        secretsProtection: ports.secrets.protection,
        decoderAvailable: await analyst.decoderAvailable(),
        settings: ports.settingsStore.read().settings,
        sources: sources.configs().map((config) => ({ config, status: sources.status(config.id) })),
        targets: targets.all(),
        ledger: ledger(),
        log: (await lines()).lines.slice(-REPORT_LINES),
        secrets: await secrets(),
      }),
    }),
    'desktop.openLicence': async ({ name }) => {
      const licence = ports.appInfo.licences?.find((one) => one.name === name);
      if (!licence) throw new LongtakeError('NOT_FOUND', 'There is no such licence.');
      await access(licence.path).catch((cause: unknown) => {
        throw new LongtakeError('NOT_FOUND', `The file is gone: ${licence.path}`, { cause });
      });
      await ports.desktop.openFolder(licence.path);
    },
  };
}
