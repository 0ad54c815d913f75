import { useState } from 'react';
import { sentence } from './notices.ts';

/** Runs the one action of a dialog, which closes when it has succeeded. */
export function useRun(onClose: () => void): {
  readonly busy: boolean;
  readonly problem: string | undefined;
  run(action: () => Promise<unknown>): void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  return {
    busy,
    problem,
    run: (action) => {
      setBusy(true);
      setProblem(undefined);
      action().then(onClose, (error: unknown) => {
        setBusy(false);
        setProblem(sentence(error));
      });
    },
  };
}
