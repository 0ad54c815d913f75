import type { ReactElement, ReactNode } from 'react';
import './Badge.css';

interface BadgeProps {
  /** `recording` is the only red thing. */
  readonly tone: 'recording' | 'attention' | 'neutral';
  readonly title?: string;
  readonly children: ReactNode;
}

export function Badge({ tone, title, children }: BadgeProps): ReactElement {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {tone === 'recording' && <span className="badge-dot" aria-hidden />}
      {children}
    </span>
  );
}
