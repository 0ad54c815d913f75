import { assertNever } from '../../shared/assertNever.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { type Muxer, rawMuxer } from './muxer.ts';
