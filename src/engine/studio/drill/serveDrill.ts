import { errorText } from '../../../shared/errors.ts';
import { AudioDecoder } from '../../clips/audioDecoder.ts';
import { Ffmpeg } from '../../clips/ffmpeg.ts';
import { childLog } from '../../platform/childLog.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import { type RecorderProcessPorts, serveRecorder } from '../../recorder/serve.ts';
import { examine } from './examine.ts';
import { type DrillEvent, type DrillRecord, isDrillCommand } from './protocol.ts';
import { Surroundings } from './surroundings.ts';

/** The drill's own station is on this computer, and no proxy knows it. */
const LOOPBACK = '127.0.0.1';

/** Makes this process a drill's recorder: one like any other, in surroundings that go wrong when the parent says so. */
export function serveDrill(ports: Omit<RecorderProcessPorts, 'inputOf'>): void {
  const { parent, clock, fileSystem } = ports;
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const others = process.env[name];
    process.env[name] = others === undefined || others === '' ? LOOPBACK : `${others},${LOOPBACK}`;
  }
  const surroundings = new Surroundings(clock, fileSystem);
  const answer = (event: DrillEvent): void => parent.send(event);

  async function examineFiles(record: DrillRecord): Promise<void> {
    const ffmpeg = new Ffmpeg(childLog((line) => parent.send({ type: 'log', ...line })));
    try {
      const decoder = new AudioDecoder(ffmpeg, loadFlacLibrary);
      answer({ type: 'examined', examination: await examine(record, { fileSystem, decoder }) });
    } catch (error) {
      answer({ type: 'examination failed', reason: errorText(error) });
    } finally {
      await ffmpeg.dispose();
    }
  }

  serveRecorder({
    ...ports,
    ...surroundings,
    inputOf: ({ config }, source) => surroundings.input(config, source),
    parent: {
      send: (message) => parent.send(message),
      onClosed: (listener) => parent.onClosed(listener),
      onMessage: (listener) =>
        parent.onMessage((message) => {
          if (!isDrillCommand(message)) listener(message);
          else if (message.type === 'trouble') surroundings.set(message.trouble);
          else void examineFiles(message.record);
        }),
    },
  });
}
