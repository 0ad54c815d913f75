import { childLog } from '../platform/childLog.ts';
import { connectParent } from '../platform/parentLink.ts';
import { systemClock } from '../platform/systemClock.ts';
import { createAudioSource } from './createAudioSource.ts';
import { probe } from './prober.ts';
import type { ProberCommand, ProberEvent } from './proberProtocol.ts';
import { listDevices } from './soundcard/deviceList.ts';
import { testStream } from './stream/testStream.ts';

/** Time for the last message to reach the parent, which ends this process as soon as it has it. */
const LINGER_MS = 5000;

const parent = connectParent();
const emit = (event: ProberEvent): void => parent.send(event);
const log = childLog((line) => emit({ type: 'log', ...line }));
const abort = new AbortController();

parent.onMessage((message) => {
  // Only main sends here, and main is this program: the type is what it is declared to be.
  const command = message as ProberCommand;
  if (command.type === 'stop') process.exit(0);
  void probe(command, abort.signal, {
    emit,
    log,
    listDevices: () => listDevices(),
    createSource: (config) => createAudioSource(config, undefined, { clock: systemClock, log }),
    testStream,
  }).then(() => setTimeout(() => process.exit(0), LINGER_MS));
});
// An open device is closed by the system; waiting for it could keep a prober alive that hangs in a driver.
parent.onClosed(() => process.exit(0));
