import { useEffect, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import type { ExportContent } from '../../stores/exports.ts';
import { sentence } from '../../stores/notices.ts';

type Joinable = Pick<RequestOutput<'exports.joinable'>, 'kinds' | 'problem'>;

/** Whether several pieces can be one file as they were recorded; undefined for one piece, and until it is known. */
export function useJoinable(content: ExportContent): Joinable | undefined {
  const [found, setFound] = useState<Joinable>();
  useEffect(() => {
    if (content.kind === 'range') return undefined;
    let current = true;
    request('exports.joinable', { content }).then(
      (answer) => current && setFound(answer.pieces > 1 ? answer : undefined),
      (error: unknown) => current && setFound({ kinds: [], problem: sentence(error) }),
    );
    return () => {
      current = false;
    };
  }, [content]);
  return found;
}

/** What becomes of pieces in one file. */
export function joinWords({ kinds, problem }: Joinable): string {
  if (problem !== undefined) return problem;
  const [kind = ''] = kinds;
  const isExact = /^(WAV|FLAC(?! in))/.test(kind);
  return `Joined as recorded, not re-encoded: all are ${kind}${isExact ? '. To the sample.' : ', cut between two frames.'}`;
}
