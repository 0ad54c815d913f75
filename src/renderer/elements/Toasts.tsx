import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { Button, IconButton } from './Button.tsx';
import './Toasts.css';

export interface Toast {
  readonly id: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly action?: { readonly label: string; run(): void } | undefined;
}

/** An info goes by itself after this time, ms; what went wrong stays until it is closed. */
const INFO_MS = 6000;
/** What offers a choice leaves time to make it. */
const CHOICE_MS = 20_000;

const icons = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;
const names = { info: 'Note', warning: 'Warning', error: 'Error' } as const;

interface ToastsProps {
  readonly toasts: readonly Toast[];
  onDismiss(id: number): void;
}

export function Toasts({ toasts, onDismiss }: ToastsProps): ReactElement {
  return (
    <section className="toasts" aria-label="Notices" aria-live="polite">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} onDismiss={onDismiss} />
      ))}
    </section>
  );
}

function ToastView({ toast, onDismiss }: { toast: Toast; onDismiss(id: number): void }): ReactElement {
  const dismiss = useRef(onDismiss);
  useEffect(() => {
    dismiss.current = onDismiss;
  });
  useEffect(() => {
    if (toast.severity !== 'info') return undefined;
    const timer = setTimeout(() => dismiss.current(toast.id), toast.action ? CHOICE_MS : INFO_MS);
    return () => clearTimeout(timer);
  }, [toast]);

  const Icon = icons[toast.severity];
  return (
    <div className={`toast toast-${toast.severity}`} {...(toast.severity === 'info' ? {} : { role: 'alert' })}>
      <Icon size={16} aria-label={names[toast.severity]} />
      <p className="selectable" title={toast.message}>
        {toast.message}
      </p>
      {toast.action && (
        <Button
          className="toast-action"
          // The notice goes with its button, and focus would go with them: it stays where it is.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            onDismiss(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton label="Dismiss" onMouseDown={(event) => event.preventDefault()} onClick={() => onDismiss(toast.id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
