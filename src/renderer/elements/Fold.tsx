import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import './Fold.css';

interface FoldProps {
  readonly title: string;
  /** Says in a few words what is inside. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a form that most people leave alone: closed until it is asked for. */
export function Fold({ title, aside, children }: FoldProps): ReactElement {
  return (
    <details className="fold">
      <summary className="fold-head">
        <ChevronRight size={14} aria-hidden />
        <span className="fold-title">{title}</span>
        {aside !== undefined && <span className="fold-aside">{aside}</span>}
      </summary>
      <div className="fold-body">{children}</div>
    </details>
  );
}
