import { fileExtension } from '../../shared/domain/recordingFile.ts';
import { type CutPorts, writeCut } from './cut.ts';
import type { CutMaker } from './export/exportPlan.ts';

/** Makes the cuts of exports. */
export function createCutMaker(ports: CutPorts): CutMaker {
  return async (piece, { output, forDecoder, signal, onProgress }) => {
    const { before, fromSeconds, toSeconds, snap, recordings, title } = piece;
    const request = {
      recordings: before ? [before, ...recordings] : recordings,
      anchor: before ? 1 : 0,
      fromSeconds,
      toSeconds,
      title,
      ...(snap === undefined ? {} : { snap }),
    };
    const [first] = recordings;
    if (!first) throw new RangeError('There is no recording to cut.');
    const file = `${output}.${fileExtension(first.container, first.format.codec)}`;
    const cut = await writeCut(request, file, ports, { signal, onProgress, forDecoder });
    const { path, container, leadSeconds, samples, sampleRate, from, to } = cut;
    return { path, container, leadSeconds, seconds: samples / sampleRate, from, to };
  };
}
