import type { Target } from '../../shared/domain/target.ts';
import { assertNever } from '../../shared/assertNever.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Driver, DriverPorts } from './driver.ts';
import { S3Driver } from './s3/s3Driver.ts';

/** The driver of a target's kind. NOT_ALLOWED for a kind that this version cannot upload to. */
export function createDriver(target: Target, ports: DriverPorts): Driver {
  switch (target.kind) {
    case 'speakr':
    case 'longtake-server':
      throw new LongtakeError('NOT_ALLOWED', `This version of Longtake cannot upload to ${target.kind} yet.`);
    case 's3':
      return new S3Driver(target, ports);
    default:
      return assertNever(target);
  }
}
