import { assertNever } from '../../../shared/assertNever.ts';
import { verdictDone, scoreText } from '../../format/sound.ts';
import { exactDuration, wallTime, wallTimeTenths } from '../../format/time.ts';
import { causeWords } from '../library/words.ts';
import type { Hit } from './hit.ts';
import { localOffset } from './ticks.ts';

const clock = (at: number): string => wallTime(at, localOffset(at));

/** What the pointer is on, for its label: what matters first, and the rest. */
export function hitWords(hit: Hit): { readonly first: string; readonly rest: string } {
  switch (hit.kind) {
    case 'section': {
      const { from, to, score, verdict } = hit.section;
      const said = verdict === undefined ? '' : `, ${verdictDone(verdict).toLowerCase()}`;
      return {
        first: `${clock(from)} ${scoreText(score)}`,
        rest: `${hit.lane.sourceName}, ${exactDuration(to - from)}${said}`,
      };
    }
    case 'gap': {
      const { from, to, cause } = hit.gap;
      return {
        first: `Gap: ${causeWords(cause)}`,
        rest: `${hit.lane.sourceName}, ${clock(from)}, ${exactDuration(to - from)}`,
      };
    }
    case 'extent':
      return {
        first: wallTimeTenths(hit.at, localOffset(hit.at)),
        rest:
          hit.extent.analysed || hit.extent.state === 'recording'
            ? hit.lane.sourceName
            : `${hit.lane.sourceName}, not analysed yet`,
      };
    case 'marker': {
      const { at, label } = hit.marker;
      return { first: label === '' ? 'Marker' : label, rest: wallTimeTenths(at, localOffset(at)) };
    }
    case 'nothing':
      return { first: wallTimeTenths(hit.at, localOffset(hit.at)), rest: '' };
    default:
      return assertNever(hit);
  }
}
