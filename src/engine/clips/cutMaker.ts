import { basename, dirname } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import { fileExtension } from '../../shared/domain/recordingFile.ts';
import { millis } from '../../shared/units.ts';
import { type CutPlan, type CutPorts, type CutRequest, planCut, writeCut } from './cut.ts';
import type { CutJoiner, CutMaker, ExportPiece, MadeCut } from './export/exportPlan.ts';

/** Makes the cuts of exports. */
export function createCutMaker(ports: CutPorts): CutMaker {
  return async (piece, { output, forDecoder, bare = false, signal, onProgress }) => {
    const request = requestOf(piece);
    const [first] = piece.recordings;
    if (!first) throw new RangeError('There is no recording to cut.');
    const file = `${output}.${fileExtension(first.container, first.format.codec)}`;
    const cut = await writeCut(request, file, ports, { signal, onProgress, forDecoder, bare });
    const { path, container, leadSeconds, samples, sampleRate, from, to } = cut;
    const recording = cut.recordings[0] ?? first;
    return { recording, path, container, leadSeconds, seconds: samples / sampleRate, from, to };
  };
}

/** Joins cuts; each is read as a recording of its own. */
export function createCutJoiner({ fileSystem, loadFlac }: CutPorts): CutJoiner {
  // What is known of the recordings does not hold for what was cut from them.
  const ports = { fileSystem, loadFlac };
  return async (cuts, { output, title, signal, onProgress }) => {
    const recordings = cuts.map(asRecording);
    const [first] = recordings;
    if (!first) throw new RangeError('There is nothing to join.');
    const request = { recordings, anchor: 0, fromSeconds: 0, toSeconds: Number.MAX_SAFE_INTEGER, title };
    const file = `${output}.${fileExtension(first.container, first.format.codec)}`;
    const { path, starts, seconds } = await writeCut(request, file, ports, { signal, onProgress });
    return { path, starts, seconds };
  };
}

/** It belongs to no connection: nothing goes on from one to the next. */
function asRecording({ recording, path, from }: MadeCut): Recording {
  const { connection: _connection, firstSample: _firstSample, coldStart: _coldStart, ...rest } = recording;
  return { ...rest, root: dirname(path), path: basename(path), startedAt: millis(from) };
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
