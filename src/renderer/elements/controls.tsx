import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type ReactElement, type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

export function TextInput({ className, type = 'text', ...rest }: ComponentProps<'input'>): ReactElement {
  return <input type={type} className={classes('input', className)} spellCheck={false} autoComplete="off" {...rest} />;
}

export interface Choice<Value extends string | number> {
  readonly value: Value;
  readonly label: string;
  readonly icon?: ReactNode;
}

interface SelectProps<Value extends string | number> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  onChoose(value: Value): void;
}

/** The platform's own list: it opens fast, takes typed letters, and is never cut off by the window's edge. */
export function Select<Value extends string | number>(props: SelectProps<Value>): ReactElement {
  const { value, choices, onChoose, className, ...rest } = props;
  return (
    <span className="select-wrap">
      <select
        className={classes('select', className)}
        value={String(value)}
        onChange={(event) => {
          const chosen = choices.find((choice) => String(choice.value) === event.target.value);
          if (chosen) onChoose(chosen.value);
        }}
        {...rest}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={String(choice.value)}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown size={14} aria-hidden />
    </span>
  );
}

interface SegmentsProps<Value extends string | number> {
  /** What is chosen, for assistive technology. */
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  onChoose(value: Value): void;
}

/** A few choices side by side; arrow keys move between them. */
export function Segments<Value extends string | number>(props: SegmentsProps<Value>): ReactElement {
  const { label, value, choices, onChoose } = props;
  const group = useId();
  return (
    <div role="radiogroup" aria-label={label} className="segments">
      {choices.map((choice) => (
        <label key={choice.value} className="segment">
          <input
            type="radio"
            name={group}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
          />
          <span className="segment-face">
            {choice.icon}
            {choice.label}
          </span>
        </label>
      ))}
    </div>
  );
}

interface CheckboxProps {
  readonly label: ReactNode;
  /** For assistive technology, where the label alone does not say what it is about. */
  readonly name?: string;
  readonly note?: ReactNode;
  readonly checked: boolean;
  onChange(checked: boolean): void;
}

export function Checkbox({ label, name, note, checked, onChange }: CheckboxProps): ReactElement {
  return (
    <label className="check">
      <input type="checkbox" aria-label={name} checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>
        {label}
        {note !== undefined && <span className="check-note">{note}</span>}
      </span>
    </label>
  );
}
