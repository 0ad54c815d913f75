import type { Target } from '../../shared/domain/target.ts';
import { assertNever } from '../../shared/assertNever.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Driver, DriverPorts } from './driver.ts';

/** The driver of a target's kind. NOT_ALLOWED for a kind that this version cannot upload to. */
export function createDriver(target: Target, _ports: DriverPorts): Driver {
  switch (target.kind) {
    case 'speakr':
    case 'longtake-server':
    case 's3':
      throw new LongtakeError('NOT_ALLOWED', `This version of Longtake cannot upload to ${target.kind} yet.`);
    default:
      return assertNever(target);
  }
}
