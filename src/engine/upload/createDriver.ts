import type { Target } from '../../shared/domain/target.ts';
import { assertNever } from '../../shared/assertNever.ts';
import type { Driver, DriverPorts } from './driver.ts';
import { LongtakeServerDriver } from './longtakeServer/longtakeServerDriver.ts';
import { S3Driver } from './s3/s3Driver.ts';
import { SpeakrDriver } from './speakr/speakrDriver.ts';

/** The driver of a target's kind. */
export function createDriver(target: Target, ports: DriverPorts): Driver {
  switch (target.kind) {
    case 'speakr':
      return new SpeakrDriver(target, ports);
    case 'longtake-server':
      return new LongtakeServerDriver(target, ports);
    case 's3':
      return new S3Driver(target, ports);
    default:
      return assertNever(target);
  }
}
