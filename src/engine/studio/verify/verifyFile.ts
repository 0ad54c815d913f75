import { createHash } from 'node:crypto';
import type { Recording } from '../../../shared/domain/recording.ts';
import { errnoOf, LongtakeError } from '../../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../../shared/ports/fileSystem.ts';
import { deepCheck } from '../../clips/deepCheck.ts';
import { type Inspection, inspectFile } from '../../recorder/inspect.ts';
import type { Digest } from './digests.ts';

/** Read at a time, bytes. */
const PIECE_BYTES = 1024 * 1024;

export interface VerifyOptions {
  /** What the library says of it. */
  readonly expected?: Pick<Recording, 'container' | 'samples' | 'bytes' | 'state'> | undefined;
  /** What was once taken of it. */
  readonly digest?: Digest | undefined;
  /** The whole file is read and its digest taken, also where there is none to compare it with. */
  readonly takesDigest: boolean;
  /** ffmpeg decodes it, too. */
  readonly deep: boolean;
  readonly signal: AbortSignal;
  /** 0..1, of the reading for its digest. */
  onProgress(fraction: number): void;
}

export interface Verified {
  /** Sentences; empty when all is well. */
  readonly problems: readonly string[];
  /** `matches`, `differs`; `none`: there is none to compare it with. */
  readonly digest: 'matches' | 'differs' | 'none';
  readonly sha256?: string;
  readonly bytes?: number;
  readonly found?: Pick<Inspection, 'container' | 'format' | 'samples'>;
}

/**
 * Goes through a file to its end with Longtake's own parsers, and compares it with what is known of it. `path` is
 * absolute. What is wrong with the file is in the answer; rejects with CANCELLED and DECODER_MISSING.
 */
export async function verifyFile(fileSystem: FileSystem, path: string, options: VerifyOptions): Promise<Verified> {
  const { digest, takesDigest, deep, signal, onProgress } = options;
  const problems: string[] = [];
  let found: Inspection | undefined;
  let sha256: string | undefined;
  try {
    found = await inspectFile(fileSystem, path, signal);
    problems.push(...differences(found, options.expected));
  } catch (error) {
    problems.push(sentence(error, signal));
  }
  try {
    if (takesDigest || digest) sha256 = await digestOf(fileSystem, path, signal, onProgress);
  } catch (error) {
    const told = sentence(error, signal);
    if (!problems.includes(told)) problems.push(told);
  }
  const differs = digest !== undefined && sha256 !== undefined && digest.sha256 !== sha256;
  if (differs) {
    const day = new Date(digest.at).toISOString().slice(0, 10);
    problems.push(`Its content is not what it was when its digest was taken on ${day}.`);
  }
  if (deep && found) {
    const complaint = await deepCheck(path, found.container, signal);
    if (complaint !== undefined) problems.push(`ffmpeg says while it decodes it: ${complaint}`);
  }
  return {
    problems,
    digest: differs ? 'differs' : digest && sha256 !== undefined ? 'matches' : 'none',
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(found ? { bytes: found.bytes, found } : {}),
  };
}

function differences(found: Inspection, expected: VerifyOptions['expected']): string[] {
  const problems: string[] = [];
  if (found.needsRepair) {
    const torn = found.trailingBytes > 0 ? ` ${found.trailingBytes} bytes at its end are cut short.` : '';
    problems.push(`Its header does not tell what is in it, or its end is torn.${torn}`);
  }
  if (!expected) return problems;
  if (found.bytes !== expected.bytes) {
    problems.push(`It has ${found.bytes} bytes, and had ${expected.bytes} when it was closed.`);
  }
  if (found.container !== expected.container) {
    problems.push(`It is ${found.container}, and was recorded as ${expected.container}.`);
  } else if (found.samples !== expected.samples) {
    problems.push(`It holds ${found.samples} sample frames, and had ${expected.samples} when it was closed.`);
  }
  return problems;
}

async function digestOf(
  fileSystem: FileSystem,
  path: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const file: OpenFile = await fileSystem.openForReading(path);
  try {
    const size = await file.size();
    const hash = createHash('sha256');
    for (let at = 0; ;) {
      signal.throwIfAborted();
      const piece = await file.read(at, PIECE_BYTES);
      if (piece.length === 0) break;
      hash.update(piece);
      at += piece.length;
      onProgress(Math.min(1, at / Math.max(1, size)));
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

function sentence(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) throw new LongtakeError('CANCELLED', 'The check was cancelled.', { cause: error });
  if (error instanceof LongtakeError) return error.message;
  const code = errnoOf(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'The file is gone.';
  if (code === 'EACCES' || code === 'EPERM') return 'This user may not read it.';
  return `The disk does not give it whole (${code}).`;
}
