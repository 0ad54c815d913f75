import { type ReactElement, useState } from 'react';
import { z } from 'zod';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { ErrorState, Skeleton } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { attempt } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import type { PlaceProps } from './place.ts';
import { useAnswer } from './useAnswer.ts';

/** What runs, and on what. */
export function VersionsPlace({ name }: PlaceProps): ReactElement | null {
  const info = useSettings((state) => state.info);
  if (!info) return null;
  return (
    <FieldGroup label={name}>
      <dl className="versions selectable">
        <dt>Longtake</dt>
        <dd>{info.version}</dd>
        <dt>Runtime</dt>
        <dd>{info.runtime}</dd>
        <dt>Page</dt>
        <dd>{/Chrom\w+\/[\d.]+/.exec(navigator.userAgent)?.[0].replace('/', ' ') ?? navigator.userAgent}</dd>
        <dt>System</dt>
        <dd>{info.platform}</dd>
        <dt>ffmpeg</dt>
        <dd>
          {info.decoderAvailable
            ? 'found'
            : 'not found: MP3, AAC, Opus and Vorbis are recorded and played, but not drawn'}
        </dd>
      </dl>
    </FieldGroup>
  );
}

/** Made when the program is built; see scripts/pages. */
const licencesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }),
);
type Licence = z.infer<typeof licencesSchema>[number];

async function loadLicences(): Promise<readonly Licence[]> {
  const answer = await fetch('licences.json');
  if (!answer.ok) throw new Error('The file of licences is not there. Build Longtake again.');
  return licencesSchema.parse(await answer.json());
}

/** The licence of every part, with its text. */
export function LicencesPlace({ name, sentence }: PlaceProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false);
  const runtime = useSettings((state) => state.info?.licences) ?? [];
  return (
    <FieldGroup label={name}>
      <div className="settings-line">
        <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Hide the licences' : 'Show the licences'}
        </Button>
        {runtime.map((licence) => (
          <Button key={licence.name} onClick={() => attempt(request('desktop.openLicence', { name: licence.name }))}>
            {licence.name}’s licences
          </Button>
        ))}
        <p className="settings-outcome">{sentence}</p>
      </div>
      {isOpen && <Licences />}
    </FieldGroup>
  );
}

function Licences(): ReactElement {
  const [answer, reload] = useAnswer(loadLicences);
  const [words, setWords] = useState('');
  if (answer.name === 'loading') return <Skeleton rows={6} height="row" label="The licences are being read" />;
  if (answer.name === 'error') {
    return <ErrorState title="The licences could not be read." message={answer.message} onRetry={reload} />;
  }
  const wanted = words.trim().toLowerCase();
  const found = answer.value.filter((one) => `${one.name} ${one.licence}`.toLowerCase().includes(wanted));
  return (
    <>
      <Field label="Find a part" hint={count(found.length, 'part')}>
        {(control) => <TextInput {...control} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      <ul className="licences">
        {found.map(({ name, version, licence, text }) => (
          <li key={`${name} ${version}`}>
            <details>
              <summary>
                {name} {version} <span className="field-note">{licence}</span>
              </summary>
              <pre className="report selectable">{text}</pre>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
