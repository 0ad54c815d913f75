import type { AudioFormat, SourceDraft, StreamReport } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { cleanText } from '../../containers/icy.ts';
import { credentialsFor, parseAddress } from './address.ts';
import { type Answer, receive } from './receive.ts';
import type { StreamContainer, StreamReader } from './streamReader.ts';
import { ended, openReader } from './streamSource.ts';

type StreamDraft = Extract<SourceDraft, { kind: 'stream' }>;

export interface TestStreamLimits {
  /** Of the whole test, ms. */
  readonly total: number;
  /** How long a title is waited for once there is audio, ms. */
  readonly title: number;
}

const LIMITS: TestStreamLimits = { total: 15_000, title: 3000 };
/** Of audio, for an average bitrate that means something. */
const ENOUGH_SECONDS = 2;

/** What a test has found so far. */
interface Findings {
  answer?: Answer;
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
  limits: TestStreamLimits = LIMITS,
): Promise<StreamReport> {
  const url = parseAddress(draft.url);
  const findings: Findings = { samples: 0 };
  const done = new AbortController();
  const stop = () => done.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const timers = [setTimeout(stop, limits.total)];
  let reader: StreamReader | undefined;
  const enough = () => {
    if (findings.samples < ENOUGH_SECONDS * (findings.format?.sampleRate ?? Infinity)) return;
    if (findings.title !== undefined || !findings.answer?.headers.has('icy-metaint')) stop();
  };
  const listener = {
    onFormat: (container: StreamContainer, format: AudioFormat) => {
      findings.container = container;
      findings.format = format;
      timers.push(setTimeout(stop, limits.title));
    },
    onBlock: (block: { readonly samples: number }) => {
      findings.samples += block.samples;
      enough();
    },
    onTitle: (title: string) => {
      findings.title = title;
      enough();
    },
    onSkipped: () => undefined,
  };
  const receiver = {
    onAnswer: (answer: Answer) => {
      findings.answer = answer;
      reader = openReader(draft, answer, listener);
    },
    onBytes: (bytes: Uint8Array) => {
      // What comes behind the last look is not looked at.
      if (!done.signal.aborted) reader?.push(bytes);
    },
  };
  const login = credentialsFor(url, draft.username, password ?? draft.password);
  const options = { url, credentials: login, stallTimeout: limits.total, connectTimeout: limits.total };
  try {
    await receive(options, receiver, done.signal);
    if (!done.signal.aborted) reader?.end();
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw new LongtakeError('CANCELLED', 'The test was cancelled.');
  const title = reader?.title;
  if (title !== undefined) findings.title = title;
  return report(url, findings, reader?.format, done.signal.aborted, limits);
}

function report(
  url: URL,
  { answer, container, format, title }: Findings,
  measured: AudioFormat | undefined,
  timedOut: boolean,
  limits: TestStreamLimits,
): StreamReport {
  if (!answer || !container || !format) throw timedOut ? silent(url, limits) : ended(url);
  const contentType = answer.headers.get('content-type');
  const stationName = cleanText(answer.headers.get('icy-name') ?? '');
  return {
    format: measured ?? format,
    container,
    finalUrl: answer.url.href,
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
