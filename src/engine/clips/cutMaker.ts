import { fileExtension } from '../../shared/domain/recordingFile.ts';
import { type CutPlan, type CutPorts, type CutRequest, planCut, writeCut } from './cut.ts';
import type { CutMaker, ExportPiece } from './export/exportPlan.ts';

/** Makes the cuts of exports. */
export function createCutMaker(ports: CutPorts): CutMaker {
  return async (piece, { output, forDecoder, signal, onProgress }) => {
    const request = requestOf(piece);
    const [first] = piece.recordings;
    if (!first) throw new RangeError('There is no recording to cut.');
    const file = `${output}.${fileExtension(first.container, first.format.codec)}`;
    const cut = await writeCut(request, file, ports, { signal, onProgress, forDecoder });
    const { path, container, leadSeconds, samples, sampleRate, from, to } = cut;
    return { path, container, leadSeconds, seconds: samples / sampleRate, from, to };
  };
}

/** Where a piece would really begin and end when it is cut. Rejects as {@link planCut} does. */
export function planPiece(piece: ExportPiece, ports: CutPorts): Promise<CutPlan> {
  return planCut(requestOf(piece), ports);
}

function requestOf({ before, fromSeconds, toSeconds, snap, recordings, title }: ExportPiece): CutRequest {
  return {
    recordings: before ? [before, ...recordings] : recordings,
    anchor: before ? 1 : 0,
    fromSeconds,
    toSeconds,
    title,
    ...(snap === undefined ? {} : { snap }),
  };
}
