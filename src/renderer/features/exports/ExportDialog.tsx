import { type ReactElement, useEffect, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, Segments, Select, TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field } from '../../elements/Field.tsx';
import { size } from '../../format/quantity.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { type ExportContent, type ExportFormat, type ExportRequest, exportsStore } from '../../stores/exports.ts';
import { sentence } from '../../stores/notices.ts';
import {
  contentWords,
  EMPTY_CHOICE,
  type ExportChoice,
  formatOf,
  hasSections,
  labelWords,
  problemsOf,
  shapesFor,
} from './choice.ts';
import { joinWords, useJoinable } from './useJoinable.ts';
import './exports.css';

type Plan = RequestOutput<'exports.plan'>;

const FORMATS = [
  { value: 'cut', label: 'As recorded, not re-encoded' },
  { value: 'wav', label: 'WAV' },
  { value: 'flac', label: 'FLAC' },
  { value: 'mp3', label: 'MP3' },
  { value: 'opus', label: 'Opus' },
  { value: 'm4a', label: 'M4A (AAC)' },
] as const;

interface ExportDialogProps {
  readonly content: ExportContent;
  onClose(): void;
}

/** Asks what an export is to be; where it goes is asked by the desktop. */
export function ExportDialog({ content, onClose }: ExportDialogProps): ReactElement {
  const shapes = shapesFor(content);
  const [choice, setChoice] = useState<ExportChoice>({ ...EMPTY_CHOICE, shape: shapes[0]?.value ?? 'one' });
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState(false);
  const plan = usePlan(content);
  const joinable = useJoinable(content);
  const format = formatOf(choice);
  const problems = problemsOf(choice);
  const isAudio = choice.shape === 'one' || choice.shape === 'each';
  const change = (part: Partial<ExportChoice>): void => {
    setProblem(undefined);
    setChoice((before) => ({ ...before, ...part }));
  };

  const start = async (): Promise<void> => {
    if (!format) return;
    setAsking(true);
    try {
      if (await exportsStore.getState().start(toRequest(content, format, choice))) onClose();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setAsking(false);
    }
  };

  return (
    <Dialog
      title="Export"
      description={contentWords(content)}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          {problem !== undefined && (
            <p className="export-problem" role="alert">
              {problem}
            </p>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={asking || !format} onClick={() => void start()}>
            Export…
          </Button>
        </>
      }
    >
      <div className="export-body">
        {shapes.length > 1 && (
          <Segments
            label="What is written"
            value={choice.shape}
            choices={shapes}
            onChoose={(shape) => change({ shape })}
          />
        )}
        {isAudio && (
          <Field label="Format" hint={formatHint(choice, content, joinable && joinWords(joinable))}>
            {(control) => (
              <Select
                {...control}
                value={choice.format}
                choices={FORMATS}
                onChoose={(next) => change({ format: next })}
              />
            )}
          </Field>
        )}
        {isAudio && choice.format !== 'cut' && (
          <div className="export-effects">
            <NumberInput
              label="Fade in, s"
              value={choice.fadeIn}
              error={problems.fadeIn}
              onType={(fadeIn) => change({ fadeIn })}
            />
            <NumberInput
              label="Fade out, s"
              value={choice.fadeOut}
              error={problems.fadeOut}
              onType={(fadeOut) => change({ fadeOut })}
            />
            <NumberInput
              label="Gain, dB"
              value={choice.gain}
              error={problems.gain}
              onType={(gain) => change({ gain })}
            />
          </div>
        )}
        {isAudio && hasSections(content) && (
          <Checkbox
            label="Labels for Audacity, too"
            note={labelWords(choice.shape)}
            checked={choice.labels}
            onChange={(labels) => change({ labels })}
          />
        )}
        {choice.shape === 'audacity labels' && <p className="export-bounds">{labelWords(choice.shape)}</p>}
        {content.kind === 'range' && choice.format === 'cut' && <Bounds plan={plan} />}
      </div>
    </Dialog>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  onType(value: string): void;
}

function NumberInput({ label, value, error, onType }: NumberInputProps): ReactElement {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <TextInput {...control} inputMode="decimal" value={value} onChange={(event) => onType(event.target.value)} />
      )}
    </Field>
  );
}

function Bounds({ plan }: { readonly plan: Plan | string | undefined }): ReactElement {
  if (plan === undefined) return <p className="export-bounds">Finding the frames at both ends…</p>;
  if (typeof plan === 'string') return <p className="export-problem">{plan}</p>;
  const offset = plan.offsetMinutes;
  return (
    <p className="export-bounds" title={`Times in ${plan.zone}`}>
      Really from {wallTimeTenths(plan.from, offset)} to {wallTimeTenths(plan.to, offset)}, about {size(plan.bytes)}
      {plan.recordings > 1 ? `, from ${plan.recordings} recordings as one file` : ''}.
    </p>
  );
}

/** Where a cut would begin and end; a sentence when it cannot be made. */
function usePlan(content: ExportContent): Plan | string | undefined {
  const [plan, setPlan] = useState<Plan | string>();
  const range = content.kind === 'range' ? content.range : undefined;
  useEffect(() => {
    if (!range) return undefined;
    let current = true;
    request('exports.plan', { range }).then(
      (found) => current && setPlan(found),
      (error: unknown) => current && setPlan(sentence(error)),
    );
    return () => {
      current = false;
    };
  }, [range]);
  return plan;
}

function formatHint(choice: ExportChoice, content: ExportContent, joined: string | undefined): string {
  if (choice.format !== 'cut') return 'Needs ffmpeg. Exact to the sample.';
  if (content.kind === 'range') return 'WAV and FLAC to the sample, others between two frames.';
  return choice.shape === 'one' && joined !== undefined ? joined : 'The audio itself, untouched.';
}

const isLabelled = ({ shape }: ExportChoice, content: ExportContent): boolean =>
  hasSections(content) && (shape === 'one' || shape === 'each');

function toRequest(content: ExportContent, format: ExportFormat, choice: ExportChoice): ExportRequest {
  return {
    content,
    format,
    shape: choice.shape,
    ...(choice.labels && isLabelled(choice, content) ? { labels: true } : {}),
  };
}
