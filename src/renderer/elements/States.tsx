import { TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './Button.tsx';
import './States.css';

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Says what will be here, and offers the first step. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps): ReactElement {
  return (
    <div className="state">
      {icon !== undefined && <span className="state-icon">{icon}</span>}
      <p className="state-title">{title}</p>
      {children !== undefined && <div className="state-text">{children}</div>}
      {action}
    </div>
  );
}

interface ErrorStateProps {
  /** What did not work. */
  readonly title: string;
  /** Why, and what to do. */
  readonly message: string;
  onRetry(): void;
}

export function ErrorState({ title, message, onRetry }: ErrorStateProps): ReactElement {
  return (
    <div className="state" role="alert">
      <span className="state-icon state-warning">
        <TriangleAlert size={20} aria-hidden />
      </span>
      <p className="state-title">{title}</p>
      <p className="state-text selectable">{message}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

interface SkeletonProps {
  readonly rows: number;
  readonly height: 'row' | 'card';
  readonly label: string;
}

/** Stands in for a list that is on its way; it shows itself only when that takes longer than 150 ms. */
export function Skeleton({ rows, height, label }: SkeletonProps): ReactElement {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={`skeleton-${height}`} />
      ))}
    </div>
  );
}

interface NoteProps {
  readonly tone: 'info' | 'warning';
  readonly children: ReactNode;
  readonly icon?: ReactNode;
}

/** A sentence that belongs to what is above it. */
export function Note({ tone, icon, children }: NoteProps): ReactElement {
  return (
    <div className={`note note-${tone}`}>
      {icon ?? (tone === 'warning' && <TriangleAlert size={14} aria-hidden />)}
      <div className="note-text">{children}</div>
    </div>
  );
}
