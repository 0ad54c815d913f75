import type { Transfer } from '../../shared/domain/upload.ts';
import type { Entry } from './rows.ts';

type Trouble = Pick<Transfer, 'waitingFor' | 'problem' | 'nextTryAt'>;

/**
 * What a target's transfer tells of the upload that is worst off, where nothing is wrong with the way to the target. What
 * moves all the same does not tell of one that is only tried again.
 */
export function troubleOf(worst: Entry | undefined, targetName: string, moves: boolean): Trouble | undefined {
  if (!worst) return undefined;
  const { state, problem, serverText, nextTryAt } = worst;
  const next = nextTryAt === undefined ? {} : { nextTryAt };
  if (state === 'failed') {
    const said = serverText === undefined ? '.' : `: ${serverText}`;
    const message = `${targetName} could not use a recording${said} It is still here; retry or discard its upload.`;
    return { waitingFor: 'person', problem: { code: 'UPLOAD_REJECTED', message } };
  }
  if (!problem) return undefined;
  if (state === 'needsPerson') return { waitingFor: 'person', problem, ...next };
  return moves ? undefined : { waitingFor: 'network', problem, ...next };
}
