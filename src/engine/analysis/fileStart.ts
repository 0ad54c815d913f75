import type { Container } from '../../shared/domain/recording.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import { createAdtsParser } from '../containers/adts.ts';
import { headLength } from '../containers/fileHead.ts';
import { createMpegAudioParser } from '../containers/mpegAudio.ts';

/** Headers are within this much of a file's beginning, bytes; pictures among them are left out of FLAC by its writer. */
const HEAD_BYTES = 64 * 1024;
const NOTHING = new Uint8Array(0);

/** What a decoder needs before audio from the middle of a file: the headers of Ogg and FLAC, nothing of the others. */
export async function readHead(file: Pick<OpenFile, 'read'>, container: Container): Promise<Uint8Array> {
  if (container !== 'ogg' && container !== 'flac') return NOTHING;
  const beginning = await file.read(0, HEAD_BYTES);
  return beginning.subarray(0, headLength(beginning, container));
}

/** From the first whole frame on: decoders stumble over half a one. */
export function aligned(bytes: Uint8Array, container: Container): Uint8Array {
  if (container === 'mp3') return createMpegAudioParser().push(bytes).block?.bytes ?? NOTHING;
  return container === 'adts' ? (createAdtsParser().push(bytes).block?.bytes ?? NOTHING) : bytes;
}

/** The same audio from its first whole frame on, where a decoder that must answer at once does not look for one. */
export async function* fromFirstFrame(
  pieces: AsyncIterable<Uint8Array>,
  container: Container,
): AsyncGenerator<Uint8Array> {
  if (container !== 'adts') return yield* pieces;
  const parser = createAdtsParser();
  for await (const bytes of pieces) {
    const { block } = parser.push(bytes);
    if (block) yield block.bytes;
  }
}
