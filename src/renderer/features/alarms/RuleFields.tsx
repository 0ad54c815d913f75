import { type ReactElement, useId, useState } from 'react';
import { TextInput } from '../../elements/controls.tsx';
import { alarmRulesSchema, type AlarmRules } from '../../../shared/domain/alarm.ts';
import { alarmName, type RuleKind, type RulePart, ruleParts } from './alarmText.ts';
import './alarms.css';

interface RuleNumbersProps<Kind extends RuleKind> {
  readonly kind: Kind;
  readonly rule: AlarmRules[Kind];
  onChange(rule: AlarmRules[Kind]): void;
}

/** The numbers of one rule as a sentence: `every channel below [-60] dBFS for [60] s`. */
export function RuleNumbers<Kind extends RuleKind>({ kind, rule, onChange }: RuleNumbersProps<Kind>): ReactElement {
  const [problem, setProblem] = useState<string>();
  const noteId = useId();
  const values = rule as Readonly<Record<string, unknown>>;

  /** Takes a typed number when it is one that the rule allows; says why not otherwise. */
  const commit = (part: RulePart, text: string): boolean => {
    const value = text.trim() === '' ? Number.NaN : Number(text.replace('−', '-').replace(',', '.'));
    const parsed = alarmRulesSchema.shape[kind].safeParse({ ...rule, [part.key]: value });
    setProblem(parsed.success ? undefined : parsed.error.issues[0]?.message);
    // The schema of a kind yields its rule; the compiler cannot follow that correlation.
    if (parsed.success && value !== values[part.key]) onChange(parsed.data as AlarmRules[Kind]);
    return parsed.success;
  };

  return (
    <>
      <span className="rule-numbers">
        {ruleParts[kind].map((part) => (
          <span key={part.key} className="rule-part">
            {part.before}
            <RuleNumber
              // A number that was changed elsewhere is shown anew.
              key={String(values[part.key])}
              label={`${alarmName(kind)}: ${part.label}`}
              value={Number(values[part.key])}
              describedBy={problem === undefined ? undefined : noteId}
              onCommit={(text) => commit(part, text)}
            />
            {part.after}
          </span>
        ))}
      </span>
      {problem !== undefined && (
        <span id={noteId} className="field-note field-error rule-problem">
          {problem}
        </span>
      )}
    </>
  );
}

interface RuleNumberProps {
  readonly label: string;
  readonly value: number;
  readonly describedBy: string | undefined;
  /** Tells whether it was taken. */
  onCommit(text: string): boolean;
}

/** What is typed counts when its field is left, or with Enter: on its way to −60, a level passes −6. */
export function RuleNumber({ label, value, describedBy, onCommit }: RuleNumberProps): ReactElement {
  const [text, setText] = useState(String(value));
  const [isGood, setIsGood] = useState(true);
  return (
    <TextInput
      className="rule-number"
      inputMode="decimal"
      aria-label={label}
      aria-describedby={describedBy}
      {...(isGood ? {} : { 'aria-invalid': true as const })}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => setIsGood(onCommit(text))}
      onKeyDown={(event) => event.key === 'Enter' && setIsGood(onCommit(text))}
    />
  );
}
