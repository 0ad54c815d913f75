import { constants, setPriority } from 'node:os';
import { assertNever } from '../../../shared/assertNever.ts';
import { errorText, toWireError } from '../../../shared/errors.ts';
import { createCutJoiner, createCutMaker, planPiece } from '../../clips/cutMaker.ts';
import { encode } from '../../clips/export/encode.ts';
import { runExport } from '../../clips/export/runExport.ts';
import type { CutPorts } from '../../clips/cut.ts';
import { FrameIndexes } from '../../clips/frameIndexes.ts';
import { findFfmpeg } from '../../clips/findFfmpeg.ts';
import { childLog } from '../../platform/childLog.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import { connectParent } from '../../platform/parentLink.ts';
import type { ExporterCommand, ExporterEvent } from './exporterProtocol.ts';

/** When the parent is gone, what was begun has so long to be taken back. */
const STOP_MS = 3000;
/** Between two words about the progress of one export, ms. */
const TELL_MS = 200;

const parent = connectParent();
const emit = (event: ExporterEvent): void => parent.send(event);
const log = childLog((line) => emit({ type: 'log', ...line }));
const working = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>();

try {
  // Nothing here may take time from the recorder.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch (error) {
  log.warn('The priority of the exporter could not be lowered.', { error: String(error) });
}

let frameIndexes: FrameIndexes | undefined;
/** All commands name the same folder. */
const portsWith = (folder: string): CutPorts => {
  frameIndexes ??= new FrameIndexes({ folder, log });
  return { fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, frameIndexes };
};

async function plan({ callId, piece, framesFolder }: ExporterCommand & { type: 'plan' }): Promise<void> {
  try {
    const { from, to, bytes, recordings, extension } = await planPiece(piece, portsWith(framesFolder));
    emit({ type: 'planned', callId, from, to, bytes, recordings: recordings.length, extension });
  } catch (error) {
    tellError(callId, error);
  }
}

async function run(
  { callId, plan: made, workFolder, framesFolder }: ExporterCommand & { type: 'export' },
  signal: AbortSignal,
) {
  const ports = portsWith(framesFolder);
  let toldAt = 0;
  const onProgress = (fraction: number): void => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    emit({ type: 'progress', callId, fraction });
  };
  try {
    // Nobody waits for cuts that cannot be converted then.
    if (made.format.kind === 'convert') await findFfmpeg();
    const done = await runExport(
      made,
      {
        fileSystem: nodeFileSystem,
        cut: createCutMaker(ports),
        join: createCutJoiner(ports),
        encode: async (job, aborted, progress) =>
          encode(job, { program: await findFfmpeg(), signal: aborted, onProgress: progress }),
      },
      { workFolder, signal, onProgress },
    );
    emit({ type: 'done', callId, ...done });
  } catch (error) {
    tellError(callId, error);
  } finally {
    working.delete(callId);
  }
}

function tellError(callId: number, error: unknown): void {
  const wire = toWireError(error);
  if (wire.code === 'INTERNAL') log.error('An export failed.', { error: errorText(error) });
  emit({ type: 'error', callId, error: wire });
}

parent.onMessage((message) => {
  // Only main sends here, and main is this program: the type is what it is declared to be.
  const command = message as ExporterCommand;
  switch (command.type) {
    case 'export': {
      const controller = new AbortController();
      working.set(command.callId, { controller, done: run(command, controller.signal) });
      return;
    }
    case 'plan':
      void plan(command);
      return;
    case 'cancel':
      working.get(command.callId)?.controller.abort();
      return;
    default:
      assertNever(command);
  }
});
parent.onClosed(() => {
  setTimeout(() => process.exit(1), STOP_MS);
  for (const { controller } of working.values()) controller.abort();
  void Promise.all([...working.values()].map(({ done }) => done)).then(() => process.exit(0));
});
// Signals to the whole group (Ctrl+C) reach main too, which then ends this process.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
