import { useEffect, useEffectEvent, useState } from 'react';
import { sentence } from '../../stores/notices.ts';

export type Answer<Value> =
  | { readonly name: 'loading' }
  | { readonly name: 'ready'; readonly value: Value }
  | { readonly name: 'error'; readonly message: string };

/** What the studio answers to a question, asked once and again when it is asked to. */
export function useAnswer<Value>(ask: () => Promise<Value>): readonly [Answer<Value>, () => void] {
  const [answer, setAnswer] = useState<Answer<Value>>({ name: 'loading' });
  const [round, setRound] = useState(0);
  const load = useEffectEvent((isCurrent: () => boolean) => {
    ask().then(
      (value) => isCurrent() && setAnswer({ name: 'ready', value }),
      (error: unknown) => isCurrent() && setAnswer({ name: 'error', message: sentence(error) }),
    );
  });
  useEffect(() => {
    let current = true;
    load(() => current);
    return () => {
      current = false;
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- it is asked again when it is asked to
  }, [round]);
  return [answer, () => setRound(round + 1)];
}
