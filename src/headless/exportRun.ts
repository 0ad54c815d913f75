import { resolve } from 'node:path';
import type { StudioLink } from '../engine/platform/controlClient.ts';
import type { ExportJob, ExportRequest } from '../shared/contract/exports.ts';
import type { EventPayload } from '../shared/contract/events.ts';
import type { RequestInput } from '../shared/contract/requests.ts';
import type { Work } from './command.ts';
import { EXIT, Failure } from './exit.ts';

/** Why it ended before it was done; nothing of it is left. */
export class Interrupted extends Error {}

/**
 * Exports into `out` (a file, or a folder; the present one when absent) and returns when it is done. Rejects with
 * {@link Failure}, {@link Interrupted} and the codes of exports.
 */
export async function runExport(
  { terminal, onInterrupt }: Pick<Work, 'terminal' | 'onInterrupt'>,
  link: StudioLink,
  request: RequestInput<'exports.startAt'>['request'],
  out: string | undefined,
): Promise<ExportJob> {
  const heard = new Map<string, ExportJob>();
  let look: () => void = () => undefined;
  const unsubscribe = link.onEvent((name, payload) => {
    if (name !== 'exports.changed') return;
    const job = payload as EventPayload<'exports.changed'>;
    heard.set(job.id, job);
    look();
  });
  try {
    const started = await link.request('exports.startAt', { request, to: resolve(out ?? '.') });
    let isCancelled = false;
    onInterrupt(() => {
      isCancelled = true;
      void link.request('exports.cancel', { id: started.id }).catch(() => undefined);
    });
    const ended = await new Promise<ExportJob>((fulfil) => {
      look = () => {
        const job = heard.get(started.id);
        if (!job) return;
        if (job.state === 'working') terminal.progress(job.title, job.fraction);
        else fulfil(job);
      };
      look();
    });
    terminal.clear();
    if (ended.state === 'done') return ended;
    if (ended.state === 'cancelled' || isCancelled) throw new Interrupted();
    throw new Failure(EXIT.failed, ended.message ?? 'The export failed.');
  } finally {
    unsubscribe();
  }
}

/** How audio is to be written: as it was recorded, or converted. */
export function formatOf(flags: FormatFlags): ExportRequest['format'] {
  if (flags.format === undefined) {
    if (flags.fadeIn !== undefined || flags.fadeOut !== undefined || flags.gain !== undefined) {
      throw new Failure(EXIT.usage, 'Fades and gain take a conversion: name one with --format.');
    }
    return { kind: 'cut' };
  }
  if (!isFormat(flags.format)) {
    throw new Failure(EXIT.usage, `There is no format "${flags.format}": use ${FORMATS.join(', ')}.`);
  }
  return {
    kind: 'convert',
    to: flags.format,
    ...(flags.fadeIn === undefined ? {} : { fadeInMs: flags.fadeIn * 1000 }),
    ...(flags.fadeOut === undefined ? {} : { fadeOutMs: flags.fadeOut * 1000 }),
    ...(flags.gain === undefined ? {} : { gainDb: flags.gain }),
  };
}

export const FORMATS = ['wav', 'flac', 'mp3', 'opus', 'm4a'] as const;

function isFormat(text: string): text is (typeof FORMATS)[number] {
  return (FORMATS as readonly string[]).includes(text);
}

export interface FormatFlags {
  readonly format?: string;
  /** s */
  readonly fadeIn?: number;
  /** s */
  readonly fadeOut?: number;
  /** dB */
  readonly gain?: number;
}
