import type { AudioFormat } from '../../shared/domain/source.ts';
import type { Block } from '../../engine/containers/block.ts';
import type { FrameParser } from '../../engine/containers/frameParser.ts';
import type { UnitRun } from './track.ts';

/**
 * Goes through a stream of frames. Where it goes on in another format, a new parser takes over; the two or three frames
 * that told of the change are not heard.
 */
export async function* frameRuns(
  input: AsyncIterable<Uint8Array>,
  create: () => FrameParser,
  toRun: (block: Block, format: AudioFormat) => UnitRun,
): AsyncGenerator<UnitRun> {
  let parser = create();
  for await (const bytes of input) {
    const { block, changedTo } = parser.push(bytes);
    if (block && parser.format) yield toRun(block, parser.format);
    if (changedTo) parser = create();
  }
  const { format } = parser;
  const { block } = parser.flush();
  if (block && format) yield toRun(block, format);
}
