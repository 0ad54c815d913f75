import { type ReactElement, useEffect } from 'react';
import { followBackground, loadBackground, useBackground } from '../../stores/background.ts';
import { attempt } from '../../stores/notices.ts';
import type { ControlProps } from './control.ts';
import { SwitchControl, WhenClosedControl } from './plainControls.tsx';

/** What closing the window does; where there is no tray, what it does instead. */
export function ClosingControl(props: ControlProps): ReactElement {
  useFollowedBackground();
  const hasNoTray = useBackground((state) => state.background?.hasTray === false);
  return (
    <>
      <WhenClosedControl {...props} />
      <NoDesktopNote />
      {hasNoTray && (
        <p className="field-note">
          This desktop has no tray now: while something is armed, the window is minimised instead, and else Longtake
          quits.
        </p>
      )}
    </>
  );
}

/** Says when the system could not be asked to start Longtake. */
export function LoginControl(props: ControlProps): ReactElement {
  useFollowedBackground();
  const problem = useBackground((state) => state.background?.loginProblem);
  return (
    <>
      <SwitchControl {...props} />
      <NoDesktopNote />
      {problem !== undefined && <p className="field-note field-error">{problem}</p>}
    </>
  );
}

/** In a browser, at a studio that has none, nothing follows from these settings. */
export function NoDesktopNote(): ReactElement | null {
  const hasNone = useBackground(({ background, isKnown }) => isKnown && background === undefined);
  return hasNone ? (
    <p className="field-note">This studio runs without a desktop; there is nothing to do for it here.</p>
  ) : null;
}

/** Keeps {@link useBackground} up to date while the component is shown. */
export function useFollowedBackground(): void {
  useEffect(() => {
    const end = followBackground();
    attempt(loadBackground());
    return end;
  }, []);
}
