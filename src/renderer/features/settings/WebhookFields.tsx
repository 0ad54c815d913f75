import { Check, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { count } from '../../format/quantity.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { alarmSettingsSchema } from '../../../shared/domain/alarm.ts';

/** The state of the outbox is asked for this often, ms. */
const REFRESH_MS = 3000;

type Webhook = RequestOutput<'alarms.webhook'>;
type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string } | 'running' | undefined;

interface WebhookFieldsProps {
  readonly url: string;
  onUrl(url: string): void;
}

/** Where alarms are posted to, what signs them, and whether that works. */
export function WebhookFields({ url, onUrl }: WebhookFieldsProps): ReactElement {
  const [text, setText] = useState(url);
  const [error, setError] = useState<string>();
  const [webhook, setWebhook] = useState<Webhook>();
  const [outcome, setOutcome] = useState<Outcome>();

  useEffect(() => {
    let current = true;
    const ask = (): void =>
      attempt(
        request('alarms.webhook', {}).then((found) => {
          if (current) setWebhook(found);
        }),
      );
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, []);

  const commit = (): void => {
    const parsed = alarmSettingsSchema.shape.webhookUrl.safeParse(text.trim());
    setError(parsed.success ? undefined : 'Enter an address that starts with http:// or https://.');
    if (parsed.success && parsed.data !== url) onUrl(parsed.data);
  };

  const test = (): void => {
    setOutcome('running');
    request('alarms.testWebhook', { url: text.trim() }).then(
      () => setOutcome({ ok: true }),
      (failure: unknown) => setOutcome({ ok: false, message: sentence(failure) }),
    );
  };

  return (
    <>
      <Field
        label="Webhook"
        error={error}
        hint="Each alarm that is raised or over is posted to this address as JSON. Empty: nowhere."
      >
        {(control) => (
          <div className="settings-line">
            <TextInput
              {...control}
              type="url"
              placeholder="https://example.org/alarms"
              value={text}
              maxLength={2000}
              onChange={(event) => {
                setText(event.target.value);
                setOutcome(undefined);
              }}
              onBlur={commit}
              onKeyDown={(event) => event.key === 'Enter' && commit()}
            />
            <Button disabled={text.trim() === '' || outcome === 'running'} onClick={test}>
              Send a test
            </Button>
          </div>
        )}
      </Field>
      <div role="status" className="webhook-outcome">
        <Told outcome={outcome} webhook={webhook} />
      </div>
      <Secret
        hasSecret={webhook?.hasSecret ?? false}
        onChanged={() => attempt(request('alarms.webhook', {}).then(setWebhook))}
      />
    </>
  );
}

function Told({
  outcome,
  webhook,
}: {
  readonly outcome: Outcome;
  readonly webhook: Webhook | undefined;
}): ReactElement | null {
  if (outcome === 'running') return <p>Sending a test…</p>;
  if (outcome?.ok === true) {
    return (
      <p className="webhook-good">
        <Check size={14} aria-hidden />
        The receiver took the test.
      </p>
    );
  }
  const dropped = webhook?.dropped === undefined ? '' : ` ${count(webhook.dropped, 'message')} got lost.`;
  const problem = outcome ? outcome.message : webhook?.problem;
  if (problem === undefined) {
    return dropped === '' ? null : <p className="webhook-bad">{`The receiver was away for too long:${dropped}`}</p>;
  }
  const waiting =
    webhook && webhook.waiting > 0
      ? ` ${count(webhook.waiting, 'message')} wait${webhook.waiting === 1 ? 's' : ''}.`
      : '';
  return (
    <p className="webhook-bad selectable">
      <TriangleAlert size={14} aria-hidden />
      {problem}
      {waiting}
      {dropped}
    </p>
  );
}

function Secret({ hasSecret, onChanged }: { readonly hasSecret: boolean; onChanged(): void }): ReactElement {
  const [text, setText] = useState('');
  const keep = (secret: string): void => {
    attempt(request('alarms.setWebhookSecret', { secret }).then(onChanged));
    setText('');
  };
  return (
    <Field
      label="Secret of the webhook"
      hint={
        hasSecret
          ? 'Every message is signed with the secret that is kept.'
          : 'Signs every message, so that the receiver can tell that it is yours (HMAC-SHA256).'
      }
    >
      {(control) => (
        <div className="settings-line">
          <TextInput
            {...control}
            type="password"
            value={text}
            maxLength={500}
            placeholder={hasSecret ? 'Kept; type to replace it' : ''}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && text !== '' && keep(text)}
          />
          <Button disabled={text === ''} onClick={() => keep(text)}>
            Keep
          </Button>
          {hasSecret && <Button onClick={() => keep('')}>Remove</Button>}
        </div>
      )}
    </Field>
  );
}
