import { Check, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { formatName, rateName } from '../../format/audio.ts';
import { protectionOf } from '../../format/protection.ts';
import { sentence } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import type { SourceDraft, StreamReport } from '../../../shared/domain/source.ts';
import type { SourceId } from '../../../shared/units.ts';
import { type Form, routeRows, withScheme } from './draft.ts';
import { StreamAdvanced } from './StreamAdvanced.tsx';

interface StreamFieldsProps {
  readonly form: Form;
  readonly errors: ReadonlyMap<string, string>;
  /** Of the source that is edited. */
  readonly sourceId: SourceId | undefined;
  readonly hasPassword: boolean;
  /** What would be tested; undefined while it is not valid. */
  readonly draft: SourceDraft | undefined;
  onChange(change: Partial<Form>): void;
  onReport(report: StreamReport): void;
}

export function StreamFields(props: StreamFieldsProps): ReactElement {
  const { form, errors, sourceId, hasPassword, draft, onChange, onReport } = props;
  const protection = useSettings((state) => state.info?.secretsProtection);
  const hasLogin = hasPassword || form.password !== '' || form.stream.username !== '' || form.stream.url.includes('@');
  const stream = (change: Partial<Form['stream']>): void => onChange({ stream: { ...form.stream, ...change } });
  return (
    <>
      <Field label="Address" error={errors.get('url')}>
        {(control) => (
          <TextInput
            {...control}
            type="url"
            {...(sourceId === undefined ? { 'data-first-focus': true } : {})}
            placeholder="https://stream.example.org/radio.mp3"
            value={form.stream.url}
            onChange={(event) => stream({ url: event.target.value })}
            onBlur={() => stream({ url: withScheme(form.stream.url) })}
          />
        )}
      </Field>
      <div className="field-row">
        <Field label="User" hint="Empty if none is asked for." error={errors.get('username')}>
          {(control) => (
            <TextInput
              {...control}
              value={form.stream.username}
              onChange={(event) => stream({ username: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Password"
          {...(hasPassword ? { hint: 'Leave empty to keep the stored one.' } : {})}
          error={errors.get('password')}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              disabled={form.removePassword}
              placeholder={hasPassword ? 'stored' : ''}
              value={form.password}
              onChange={(event) => onChange({ password: event.target.value })}
            />
          )}
        </Field>
      </div>
      {protection !== undefined && hasLogin && <p className="field-note">{protectionOf(protection, 'The password')}</p>}
      {hasPassword && (
        <Checkbox
          label="Remove the stored password"
          checked={form.removePassword}
          onChange={(removePassword) => onChange({ removePassword })}
        />
      )}
      <StreamAdvanced form={form} errors={errors} onChange={stream} />
      {/* A result belongs to what was tested: another draft begins anew. */}
      <StreamTest key={JSON.stringify(draft) ?? ''} draft={draft} sourceId={sourceId} onReport={onReport} />
    </>
  );
}

type Test =
  | { readonly name: 'idle' }
  | { readonly name: 'running' }
  | { readonly name: 'found'; readonly report: StreamReport; readonly address: string }
  | { readonly name: 'failed'; readonly message: string };

interface StreamTestProps {
  readonly draft: SourceDraft | undefined;
  readonly sourceId: SourceId | undefined;
  onReport(report: StreamReport): void;
}

function StreamTest({ draft, sourceId, onReport }: StreamTestProps): ReactElement {
  const [test, setTest] = useState<Test>({ name: 'idle' });
  const present = useRef(true);
  useEffect(() => {
    present.current = true;
    return () => {
      present.current = false;
    };
  }, []);

  const run = async (wanted: SourceDraft): Promise<void> => {
    setTest({ name: 'running' });
    try {
      const report = await request('stream.test', { draft: wanted, ...(sourceId === undefined ? {} : { sourceId }) });
      if (!present.current) return;
      setTest({ name: 'found', report, address: wanted.kind === 'stream' ? wanted.url : '' });
      onReport(report);
    } catch (error) {
      setTest({ name: 'failed', message: sentence(error) });
    }
  };

  return (
    <div className="stream-test" role="status">
      {/* Not disabled while it runs, for that would take the focus away. */}
      <Button
        disabled={!draft}
        aria-disabled={test.name === 'running'}
        onClick={() => draft && test.name !== 'running' && void run(draft)}
      >
        {test.name === 'running' ? 'Testing…' : 'Test this stream'}
      </Button>
      {test.name === 'idle' && <p className="field-note">Connects once and says what is there.</p>}
      {test.name === 'running' && <p className="field-note">Connecting; this takes 15 s at most.</p>}
      {test.name === 'failed' && (
        <p className="stream-failed selectable">
          <TriangleAlert size={14} aria-hidden />
          {test.message}
        </p>
      )}
      {test.name === 'found' && <Report report={test.report} address={test.address} />}
    </div>
  );
}

interface ReportProps {
  readonly report: StreamReport;
  /** What was tested. */
  readonly address: string;
}

function Report({ report, address }: ReportProps): ReactElement {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Station', report.stationName],
    ['On air', report.title],
    ['Content type', report.contentType],
  ];
  return (
    <div className="stream-report">
      <p className="stream-format">
        <Check size={14} aria-hidden />
        {formatName(report.format)}
        {report.format.codec !== 'pcm' && report.format.sampleRate > 0 && `, ${rateName(report.format.sampleRate)}`}
      </p>
      <dl>
        {rows.map(
          ([term, value]) =>
            value !== undefined &&
            value !== '' && (
              <div key={term}>
                <dt>{term}</dt>
                <dd className="selectable">{value}</dd>
              </div>
            ),
        )}
        {routeRows(report, address).map(({ term, url }) => (
          <div key={`${term} ${url}`}>
            <dt>{term}</dt>
            <dd className="selectable">{url}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
