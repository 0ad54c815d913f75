import { assertNever } from '../../../shared/assertNever.ts';
import type { Target, TargetKind } from '../../../shared/domain/target.ts';
import type { Transfer, Upload } from '../../../shared/domain/upload.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { amount, count, roughTime, size } from '../../format/quantity.ts';
import { sentence } from '../../stores/notices.ts';

/** `safe` is said of what the target has acknowledged to the last byte, and of nothing else. */
export type UploadTone = 'safe' | 'moving' | 'waiting' | 'attention' | 'off';

export interface UploadWord {
  readonly tone: UploadTone;
  /** Two or three words. */
  readonly short: string;
  /** A sentence. */
  readonly long: string;
}

export const KIND_NAMES: Readonly<Record<TargetKind, string>> = {
  speakr: 'Speakr',
  'longtake-server': 'Longtake server',
  s3: 'S3 storage',
};

/** So far behind is nothing to speak of: a chunk is on its way, ms. */
const AT_ONCE_MS = 1000;

/** `4 s`, `12 minutes`, `3 hours`. */
const span = (ms: number): string => (ms < 90_000 ? `${Math.ceil(Math.max(0, ms) / 1000)} s` : roughTime(ms));

/** A problem with the name of the target that has it; most name it themselves. */
export function problemOf(targetName: string, message: string): string {
  return message.includes(targetName) ? message : `${targetName}: ${message}`;
}

/** Why a try failed: unlike an upload, it is tried once. */
export function probeSentence(error: unknown): string {
  const said = sentence(error).replace(' It is tried again by itself.', '');
  const isAway =
    error instanceof LongtakeError && error.code === 'UPLOAD_UNREACHABLE' && error.details?.['status'] === undefined;
  return isAway ? `${said} Is the server running, and the address right?` : said;
}

/** How one upload stands. `now`: ms since 1970 UTC. `transfer`: how its target does, where that is known. */
export function uploadWord(given: Upload, now: number, transfer?: Transfer): UploadWord {
  const upload = asOf(given, transfer);
  const { state, targetName, problem } = upload;
  const why = problem ? ` ${problem.message}` : '';
  switch (state) {
    case 'done':
      return { tone: 'safe', short: 'Safe', long: `Safe on ${targetName}, ${size(upload.safeBytes)}.` };
    case 'waiting':
      return waiting(upload, now);
    case 'opening':
      if (problem) return waiting(upload, now);
      return { tone: 'moving', short: 'Starting', long: `A session is being opened at ${targetName}.` };
    case 'sending':
      return sending(upload, now);
    case 'finalizing':
      if (problem) return waiting(upload, now);
      return { tone: 'moving', short: 'Finishing', long: `${targetName} has every byte and is told so.` };
    case 'processing':
      return {
        tone: 'moving',
        short: 'Processing',
        long: `${targetName} has every byte and makes its file.${upload.serverText ? ` ${upload.serverText}` : ''}`,
      };
    case 'failed':
      return {
        tone: 'attention',
        short: 'Failed there',
        long: `${targetName} could not use it; the recording is still here.${upload.serverText ? ` ${upload.serverText}` : why}`,
      };
    case 'needsPerson':
      return {
        tone: 'attention',
        short: 'Needs you',
        long: problemOf(targetName, problem?.message ?? 'look at the uploads.'),
      };
    case 'paused':
      return { tone: 'off', short: 'Paused', long: `Paused; ${targetName} has ${percent(upload)}.` };
    case 'discarded':
      return { tone: 'off', short: 'Given up', long: `The upload to ${targetName} was given up.` };
    default:
      return assertNever(state);
  }
}

/** What holds up the whole target holds up each upload until the target is tried again, which others may put off. */
function asOf(upload: Upload, transfer: Transfer | undefined): Upload {
  const { problem, nextTryAt = 0 } = upload;
  const later = transfer?.nextTryAt ?? 0;
  if (!problem || transfer?.problem?.code !== problem.code || later <= nextTryAt) return upload;
  return { ...upload, nextTryAt: later };
}

function waiting(upload: Upload, now: number): UploadWord {
  const { problem, targetName, nextTryAt, live, behindMs } = upload;
  if (!problem) return { tone: 'waiting', short: 'Waiting', long: `Waiting for its turn at ${targetName}.` };
  const next = nextTryAt === undefined ? '' : ` Next try ${inWords(nextTryAt - now)}.`;
  const behind = live && behindMs >= AT_ONCE_MS ? ` ${targetName} is ${span(behindMs)} behind what is recorded.` : '';
  const isNetwork = problem.code === 'UPLOAD_UNREACHABLE';
  return {
    tone: 'waiting',
    short: isNetwork ? 'Waiting for network' : 'Waiting',
    long: `${problemOf(targetName, problem.message)}${next}${behind}`,
  };
}

function sending(upload: Upload, now: number): UploadWord {
  if (upload.problem) return waiting(upload, now);
  const { targetName, live, behindMs } = upload;
  if (!live) return { tone: 'moving', short: percent(upload), long: `${percent(upload)} is safe on ${targetName}.` };
  if (behindMs < AT_ONCE_MS) return { tone: 'moving', short: 'Live', long: `${targetName} has it as it is recorded.` };
  const behind = `${span(behindMs)} behind`;
  return { tone: 'moving', short: behind, long: `${targetName} is ${behind} what is recorded now.` };
}

/** Of what there is now, how much is safe. Never 100 before all of it is. */
export function percent({ bytes, safeBytes }: Pick<Upload, 'bytes' | 'safeBytes'>): string {
  if (bytes <= 0) return '0 %';
  return `${Math.floor(Math.min(1, safeBytes / bytes) * 100)} %`;
}

function inWords(ms: number): string {
  return ms < AT_ONCE_MS ? 'at once' : `in ${span(ms)}`;
}

/** What is worst comes first. */
const ORDER: readonly UploadTone[] = ['attention', 'waiting', 'moving', 'off', 'safe'];

/** How a recording stands on all of its targets; nothing when it is uploaded nowhere. */
export function recordingWord(uploads: readonly Upload[], now: number): UploadWord | undefined {
  const kept = uploads.filter(({ state }) => state !== 'discarded');
  if (kept.length === 0) return undefined;
  const targets = new Set(kept.map(({ targetId }) => targetId));
  const isOpen = new Set(kept.filter(({ state }) => state !== 'done').map(({ targetId }) => targetId));
  const safe = targets.size - isOpen.size;
  const words = kept.map((upload) => uploadWord(upload, now));
  const worst = ORDER.flatMap((tone) => words.find((word) => word.tone === tone) ?? [])[0];
  if (!worst) return undefined;
  const on = targets.size === 1 ? 'Safe' : `Safe on ${safe} of ${targets.size}`;
  const long = words.map((word) => word.long).join('\n');
  if (isOpen.size === 0) return { tone: 'safe', short: on, long };
  return { tone: worst.tone, short: safe > 0 ? `${on}, ${lower(worst.short)}` : worst.short, long };
}

function lower(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** How the uploads to one target go, in a sentence. */
export function transferWords(transfer: Transfer | undefined, target: Target, now: number): string {
  if (!target.enabled) {
    return transfer && transfer.backlogUploads > 0
      ? `Switched off; ${count(transfer.backlogUploads, 'upload')} of ${size(transfer.backlogBytes)} wait.`
      : 'Switched off.';
  }
  const isIdle = transfer?.backlogUploads === 0 && transfer.bytesPerSecond === 0;
  if (!transfer || (isIdle && !transfer.problem)) return 'Nothing to send.';
  if (isIdle && transfer.problem) return transfer.problem.message;
  const backlog = `${size(transfer.backlogBytes)} to send in ${count(transfer.backlogUploads, 'upload')}`;
  if (transfer.problem) {
    const next = transfer.nextTryAt === undefined ? '' : ` Next try ${inWords(transfer.nextTryAt - now)}.`;
    return `${transfer.problem.message}${next} ${backlog}.`;
  }
  const speed = `${size(transfer.bytesPerSecond)}/s`;
  if (transfer.backlogBytes === 0) return `${speed}; everything up to now is there.`;
  const left = transfer.secondsLeft === undefined ? '' : `, ${span(transfer.secondsLeft * 1000)} left`;
  return `${speed}, ${backlog}${left}.`;
}

/**
 * For the button in the header: what is behind it, and whether a person should look. Nothing is called safe while no
 * source uploads (`isFed`).
 */
export function overallWord(transfers: readonly Transfer[], isFed: boolean): UploadWord {
  const needing = transfers.filter(({ waitingFor }) => waitingFor === 'person');
  if (needing.length > 0) {
    return {
      tone: 'attention',
      short: amount(needing.length),
      long: `Uploads: ${count(needing.length, 'target')} need${needing.length === 1 ? 's' : ''} you`,
    };
  }
  const uploads = transfers.reduce((sum, { backlogUploads }) => sum + backlogUploads, 0);
  if (uploads === 0 && !isFed) return { tone: 'off', short: '', long: 'Uploads: no source uploads anywhere' };
  if (uploads === 0) return { tone: 'safe', short: '', long: 'Uploads: everything is safe' };
  const isWaiting = transfers.some(({ waitingFor }) => waitingFor === 'network' || waitingFor === 'server');
  const bytes = transfers.reduce((sum, { backlogBytes }) => sum + backlogBytes, 0);
  return isWaiting
    ? { tone: 'waiting', short: '', long: `Uploads: waiting, ${size(bytes)} to send` }
    : { tone: 'moving', short: '', long: `Uploads: ${count(uploads, 'upload')} under way` };
}
