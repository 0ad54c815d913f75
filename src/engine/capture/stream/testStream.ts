import type { AudioFormat, SourceDraft, StreamReport } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { cleanText } from '../../containers/icy.ts';
import { millis } from '../../../shared/units.ts';
import { credentialsFor, Logins, parseAddress, withoutCredentials } from './address.ts';
import { streamEnded } from './streamErrors.ts';
import type { StreamContainer, StreamReader } from './streamReader.ts';
import { openReader } from './streamSource.ts';
import { type Station, tune, type TunedAnswer } from './tune.ts';

type StreamDraft = Extract<SourceDraft, { kind: 'stream' }>;

export interface TestStreamLimits {
  /** Of the whole test, ms. */
  readonly total: number;
  /** How long a title is waited for once there is audio, ms. */
  readonly title: number;
}

const clock = { monotonic: () => millis(performance.now()) };

const LIMITS: TestStreamLimits = { total: 15_000, title: 3000 };
/** Of audio, for an average bitrate that means something. */
const ENOUGH_SECONDS = 2;

/** What a test has found so far. */
interface Findings {
  answer?: TunedAnswer;
  container?: StreamContainer;
  format?: AudioFormat;
  title?: string;
  samples: number;
}

/**
 * Connects to a stream, looks at its first seconds and disconnects. Rejects with the exact reason when it cannot be
 * recorded, and with CANCELLED when `signal` is aborted.
 */
export async function testStream(
  draft: StreamDraft,
  password: string | undefined,
  signal: AbortSignal,
  most: TestStreamLimits = LIMITS,
): Promise<StreamReport> {
  const entered = parseAddress(draft.url);
  const url = withoutCredentials(entered);
  const findings: Findings = { samples: 0 };
  const done = new AbortController();
  const stop = () => done.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const timers = [setTimeout(stop, most.total)];
  let reader: StreamReader | undefined;
  const enough = () => {
    if (findings.samples < ENOUGH_SECONDS * (findings.format?.sampleRate ?? Infinity)) return;
    if (findings.title !== undefined || !findings.answer?.headers.has('icy-metaint')) stop();
  };
  const listener = {
    onFormat: (container: StreamContainer, format: AudioFormat) => {
      findings.container = container;
      findings.format = format;
      timers.push(setTimeout(stop, most.title));
    },
    onBlock: (block: { readonly samples: number }) => {
      findings.samples += block.samples;
      enough();
    },
    onTitle: (title: string) => {
      findings.title = title;
      enough();
    },
    onSegment: () => undefined,
    onHole: () => undefined,
    onSkipped: () => undefined,
  };
  const open = (answer: TunedAnswer): Station => {
    findings.answer = answer;
    const opened = openReader(draft, answer, listener);
    reader = opened;
    return {
      // What comes behind the last look is not looked at.
      onBytes: (bytes) => {
        if (!done.signal.aborted) opened.push(bytes);
      },
      onEnd: () => {
        if (!done.signal.aborted) opened.end();
      },
      get opened() {
        return findings.format !== undefined;
      },
    };
  };
  const logins = new Logins().with(url, credentialsFor(entered, draft.username, password ?? draft.password));
  const limits = { stallTimeout: most.total, connectTimeout: most.total, entryTimeout: most.total / 3 };
  try {
    await tune({ ...limits, url, logins, clock, open }, done.signal);
  } catch (error) {
    // A short stream that ended has told all that it is.
    if (!(error instanceof LongtakeError) || error.code !== 'STREAM_LOST' || !findings.format) throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw new LongtakeError('CANCELLED', 'The test was cancelled.');
  const title = reader?.title;
  if (title !== undefined) findings.title = title;
  return report(url, findings, reader?.format, done.signal.aborted, most);
}

function report(
  url: URL,
  { answer, container, format, title }: Findings,
  measured: AudioFormat | undefined,
  timedOut: boolean,
  limits: TestStreamLimits,
): StreamReport {
  if (!answer || !container || !format) throw timedOut ? silent(url, limits) : streamEnded(url);
  const contentType = answer.headers.get('content-type');
  const stationName = cleanText(answer.headers.get('icy-name') ?? '');
  return {
    format: measured ?? format,
    container,
    finalUrl: answer.url.href,
    route: [...answer.route],
    ...(contentType === undefined ? {} : { contentType: cleanText(contentType) }),
    ...(stationName === '' ? {} : { stationName }),
    ...(title === undefined ? {} : { title }),
  };
}

function silent(url: URL, { total }: TestStreamLimits): LongtakeError {
  return new LongtakeError(
    'STREAM_STALLED',
    `No audio came from ${url.host} within ${Math.round(total / 1000)} seconds. Check the address, or try again later.`,
    { details: { host: url.host } },
  );
}
