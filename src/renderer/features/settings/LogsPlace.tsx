import { type ReactElement, useEffect, useEffectEvent, useRef, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, type Choice, Select, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { ErrorState, Note } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { attempt, sentence as sentenceOf } from '../../stores/notices.ts';
import type { PlaceProps } from './place.ts';

/** What is new is asked for this often, ms. */
const TAIL_MS = 1000;
/** Lines that are kept, and lines that are shown. */
const MOST_KEPT = 5000;
const MOST_SHOWN = 500;

type Line = RequestOutput<'logs.read'>['lines'][number];
const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Line['level'][];
const LEVEL_CHOICES: readonly Choice<Line['level']>[] = [
  { value: 'debug', label: 'Everything' },
  { value: 'info', label: 'Information and worse' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];

interface Tail {
  readonly lines: readonly Line[];
  readonly folder: string | undefined;
  readonly problem: string | undefined;
  retry(): void;
}

/** The keys must scroll what is longer than its box. */
const SCROLLED = { tabIndex: 0 };

/** The end of the log, as it grows. */
function useTail(): Tail {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [folder, setFolder] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  const next = useRef<number | undefined>(undefined);
  const read = useEffectEvent(async (isCurrent: () => boolean): Promise<void> => {
    const found = await request('logs.read', next.current === undefined ? {} : { from: next.current });
    if (!isCurrent()) return;
    next.current = found.next;
    setFolder(found.folder);
    if (found.lines.length > 0) setLines((before) => [...before, ...found.lines].slice(-MOST_KEPT));
  });
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => {
      read(() => current).then(
        () => {
          if (current) timer = setTimeout(again, TAIL_MS);
        },
        (error: unknown) => {
          if (current) setProblem(sentenceOf(error));
        },
      );
    };
    again();
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- it begins anew when it is asked to
  }, [round]);
  return {
    lines,
    folder,
    problem,
    retry: () => {
      setProblem(undefined);
      setRound(round + 1);
    },
  };
}

/** What Longtake wrote down, by level, part and words. */
export function LogsPlace({ name, sentence }: PlaceProps): ReactElement {
  const { lines, folder, problem, retry } = useTail();
  const [level, setLevel] = useState<Line['level']>('info');
  const [part, setPart] = useState('');
  const [words, setWords] = useState('');
  const [follows, setFollows] = useState(true);
  const list = useRef<HTMLOListElement>(null);

  const wanted = words.trim().toLowerCase();
  const parts = [...new Set(lines.map((line) => line.part).filter(Boolean))].toSorted();
  const found = lines.filter(
    (line) =>
      LEVELS.indexOf(line.level) >= LEVELS.indexOf(level) &&
      (part === '' || line.part === part) &&
      (wanted === '' || `${line.part} ${line.text}`.toLowerCase().includes(wanted)),
  );
  const shown = found.slice(-MOST_SHOWN);
  const last = shown.at(-1);

  useEffect(() => {
    if (follows && last) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [follows, last]);

  if (problem !== undefined) return <ErrorState title="The log could not be read." message={problem} onRetry={retry} />;
  return (
    <FieldGroup label={name}>
      <p className="field-note selectable">
        {sentence}{' '}
        {folder === undefined ? 'This studio writes its log to the terminal alone.' : `It is kept in ${folder}.`}
      </p>
      <div className="field-row">
        <Field label="Level">
          {(control) => (
            <Select
              {...control}
              value={level}
              choices={LEVEL_CHOICES}
              onChoose={(chosen) => setLevel(LEVELS.find((one) => one === chosen) ?? 'info')}
            />
          )}
        </Field>
        <Field label="Part">
          {(control) => (
            <Select
              {...control}
              value={part}
              choices={[{ value: '', label: 'All parts' }, ...parts.map((value) => ({ value, label: value }))]}
              onChoose={(chosen) => setPart(String(chosen))}
            />
          )}
        </Field>
        <Field label="Words">
          {(control) => <TextInput {...control} value={words} onChange={(event) => setWords(event.target.value)} />}
        </Field>
      </div>
      <ol ref={list} className="log selectable" aria-label="Lines of the log" {...SCROLLED}>
        {shown.map((line, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two lines of the log may be the same
          <li key={`${line.at} ${index}`} data-level={line.level}>
            <time>{line.at.slice(11, 23)}</time> <strong>{line.level}</strong> {line.part !== '' && `[${line.part}] `}
            {line.text}
          </li>
        ))}
      </ol>
      <div className="settings-line">
        <Checkbox label="Follow" checked={follows} onChange={setFollows} />
        <p className="settings-outcome" role="status">
          {found.length === 0 ? 'No line is like that.' : `${count(found.length, 'line')}`}
          {found.length > shown.length && `, the last ${MOST_SHOWN} of them shown`}
        </p>
        <Button
          disabled={found.length === 0}
          onClick={() =>
            attempt(
              navigator.clipboard.writeText(
                found.map((line) => `${line.at} ${line.level} [${line.part}] ${line.text}`).join('\n'),
              ),
            )
          }
        >
          Copy these lines
        </Button>
      </div>
    </FieldGroup>
  );
}

/** For whoever helps: everything that they need, and nothing secret. */
export function ReportPlace({ name, sentence }: PlaceProps): ReactElement {
  const [text, setText] = useState<string>();
  const [told, setTold] = useState<string>();
  const copy = async (): Promise<void> => {
    try {
      const report = await request('report.make', {});
      setText(report.text);
      await navigator.clipboard.writeText(report.text);
      setTold('Copied. This is what is in it:');
    } catch (error) {
      setTold(`It could not be copied: ${sentenceOf(error)}`);
    }
  };
  return (
    <FieldGroup label={name}>
      <div className="settings-line">
        <Button onClick={() => void copy()}>Copy a report</Button>
        <p className="settings-outcome" role="status">
          {told ?? sentence}
        </p>
      </div>
      {text !== undefined && (
        <section className="log" aria-label="The report" {...SCROLLED}>
          <pre className="report selectable">{text}</pre>
        </section>
      )}
      {text !== undefined && <Note tone="info">Read it before you pass it on: it names your sources and folders.</Note>}
    </FieldGroup>
  );
}
