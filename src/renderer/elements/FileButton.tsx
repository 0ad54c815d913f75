import { type ReactElement, type ReactNode, useRef } from 'react';
import { Button } from './Button.tsx';

interface FileButtonProps {
  /** What kind of file is chosen, for assistive technology. */
  readonly label: string;
  /** Extensions, such as `.json`, with commas between them. */
  readonly accept: string;
  readonly disabled?: boolean;
  readonly children: ReactNode;
  onChoose(file: File): void;
}

/** A button by which a file is chosen; the platform's own field for that is there, and not seen. */
export function FileButton({ label, accept, disabled, children, onChoose }: FileButtonProps): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={label}
        className="visually-hidden"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onChoose(file);
          // The same file can be chosen again after it was changed.
          event.target.value = '';
        }}
      />
      <Button disabled={disabled} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  );
}
