import { type ReactElement, useEffect, useState } from 'react';
import { on, request } from '../../bridge/bridge.ts';
import { FieldGroup } from '../../elements/Field.tsx';
import { Meter } from '../../elements/Meter.tsx';
import { MeterBallistics } from '../../format/meterBallistics.ts';
import { Note } from '../../elements/States.tsx';
import { level } from '../../format/quantity.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { Scope } from '../../../shared/scope.ts';
import type { SourceDraft } from '../../../shared/domain/source.ts';

/** A change of a setting opens the device anew only when this much time brings no other change, ms. */
const SETTLE_MS = 300;

type Preview =
  | { readonly name: 'opening' }
  | { readonly name: 'running' }
  | { readonly name: 'failed'; readonly message: string };

interface LevelPreviewProps {
  /** What to listen to; undefined while it is not valid. */
  readonly draft: SourceDraft | undefined;
  readonly channels: number;
}

/** Listens to a device or a test signal without recording it; anew for each draft. */
export function LevelPreview({ draft, channels }: LevelPreviewProps): ReactElement {
  return <OnePreview key={JSON.stringify(draft) ?? ''} draft={draft} channels={channels} />;
}

function OnePreview({ draft, channels }: LevelPreviewProps): ReactElement {
  const [meter] = useState(() => new MeterBallistics());
  const [wanted] = useState(draft);
  const [preview, setPreview] = useState<Preview>({ name: 'opening' });

  useEffect(() => {
    if (!wanted) return undefined;
    const scope = new Scope();
    let running: string | undefined;
    const fail = (message: string): void => {
      if (scope.ended) return;
      meter.reset();
      setPreview({ name: 'failed', message });
    };
    scope.add(
      on('preview.levels', ({ previewId, peak, rms }) => {
        if (previewId === running) meter.push(peak, rms, performance.now());
      }),
    );
    scope.add(
      on('preview.failed', ({ previewId, message }) => {
        if (previewId === running) fail(message);
      }),
    );
    scope.timeout(SETTLE_MS, () => {
      scope.add(() => attempt(request('preview.stop', {})));
      request('preview.start', wanted).then(
        ({ previewId }) => {
          running = previewId;
          if (!scope.ended) setPreview({ name: 'running' });
        },
        (error: unknown) => fail(sentence(error)),
      );
    });
    return () => attempt(scope.dispose());
  }, [meter, wanted]);

  return (
    <FieldGroup label="Level" aside={<span className="field-note">{previewWords(preview, draft)}</span>}>
      <Meter
        meter={meter}
        channels={channels}
        label="Level preview"
        testId="meter-preview"
        live={preview.name === 'running'}
        format={level}
      />
      <div className="level-scale" aria-hidden>
        {[-60, -48, -36, -24, -12, 0].map((mark) => (
          <span key={mark}>{mark === 0 ? '0 dBFS' : `−${-mark}`}</span>
        ))}
      </div>
      {preview.name === 'failed' && <Note tone="warning">{preview.message}</Note>}
    </FieldGroup>
  );
}

function previewWords(preview: Preview, draft: SourceDraft | undefined): string {
  if (!draft || preview.name === 'failed') return '';
  return preview.name === 'running' ? 'Listening; nothing is recorded yet.' : 'Opening…';
}
