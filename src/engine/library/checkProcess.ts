import { constants, setPriority } from 'node:os';
import { connectParent } from '../platform/parentLink.ts';
import type { CheckCommand, CheckEvent } from './checkProtocol.ts';
import { checkDatabase } from './database.ts';

const parent = connectParent();

function check({ path, inBackground }: CheckCommand): CheckEvent {
  try {
    // It may not take time from the recorder.
    if (inBackground) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const fault = checkDatabase(path);
    return fault === undefined ? { type: 'sound' } : { type: 'damaged', fault };
  } catch (error) {
    return { type: 'failed', reason: String(error) };
  }
}

// Only main sends here, and main is this program. It ends this process when it has its answer.
parent.onMessage((message) => parent.send(check(message as CheckCommand)));
parent.onClosed(() => process.exit(0));
