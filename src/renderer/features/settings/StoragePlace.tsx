import type { ReactElement } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { ErrorState, Skeleton } from '../../elements/States.tsx';
import { amount, count, roughTime, size } from '../../format/quantity.ts';
import { monthTitle } from '../calendar/month.ts';
import type { PlaceProps } from './place.ts';
import { useAnswer } from './useAnswer.ts';

type Overview = RequestOutput<'storage.overview'>;
type Forecast = Overview['forecasts'][number];

/** Rows of a table that are shown; a month each, or a source. */
const MOST_ROWS = 24;

const BASES: Readonly<Record<Forecast['basis'], string>> = {
  now: 'What is armed now',
  day: 'The last 24 hours',
  week: 'The last 7 days',
};

/** What is in a file, by its container. */
const FILES: Readonly<Record<string, string>> = { wav: 'WAV', mp3: 'MP3', adts: 'AAC', ogg: 'Ogg', flac: 'FLAC' };

/** Where recordings are, how much room they take, and when that is full. */
export function StoragePlace({ name, sentence }: PlaceProps): ReactElement {
  const [answer, reload] = useAnswer(() => request('storage.overview', {}));
  return (
    <FieldGroup
      label={name}
      aside={
        <Button look="quiet" onClick={reload}>
          Count again
        </Button>
      }
    >
      <p className="field-note">{sentence}</p>
      {answer.name === 'loading' && <Skeleton rows={4} height="row" label="The recordings are being counted" />}
      {answer.name === 'error' && (
        <ErrorState title="The recordings could not be counted." message={answer.message} onRetry={reload} />
      )}
      {answer.name === 'ready' && <Tables overview={answer.value} />}
    </FieldGroup>
  );
}

function Tables({ overview }: { readonly overview: Overview }): ReactElement {
  const { roots, forecasts, bySource, byContainer, byMonth, trash } = overview;
  return (
    <div className="storage">
      <p className="storage-forecast">{headline(forecasts)}</p>
      <table className="settings-table storage-rates" aria-label="Forecast">
        <thead>
          <Heads words={['At the rate of', 'A day']} last="Full in" />
        </thead>
        <tbody>
          {forecasts.map((forecast) => (
            <tr key={forecast.basis}>
              <th scope="row">{BASES[forecast.basis]}</th>
              <td className="settings-number">
                {forecast.bytesPerSecond === undefined ? '' : size(forecast.bytesPerSecond * 86_400)}
              </td>
              <td>{fullWords(forecast)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="settings-table" aria-label="Recordings folders">
        <thead>
          <Heads words={['Folder', 'Recordings', 'Size', 'Free there']} />
        </thead>
        <tbody>
          {roots.map(({ folder, current, recordings, bytes, freeBytes }) => (
            <tr key={folder}>
              <th scope="row" className="selectable">
                {folder}
                {current && ' (new recordings)'}
              </th>
              <td className="settings-number">{amount(recordings)}</td>
              <td className="settings-number">{size(bytes)}</td>
              <td className="settings-number">{freeBytes === undefined ? 'cannot be asked' : size(freeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Shares label="By source" rows={bySource} />
      <Shares label="By kind of file" rows={byContainer} called={(name) => FILES[name] ?? name} />
      <Shares label="By month" rows={byMonth} called={monthTitle} />
      <p className="field-note">
        {trash.recordings === 0
          ? 'The trash is empty.'
          : `The trash holds ${count(trash.recordings, 'recording')}, ${size(trash.bytes)}, beside these.`}
      </p>
    </div>
  );
}

interface HeadsProps {
  /** The first is of the rows, the others are of numbers. */
  readonly words: readonly string[];
  /** Of a column of words. */
  readonly last?: string;
}

function Heads({ words, last }: HeadsProps): ReactElement {
  return (
    <tr>
      {words.map((word, index) => (
        <th key={word} scope="col" {...(index === 0 ? {} : { className: 'settings-number' })}>
          {word}
        </th>
      ))}
      {last !== undefined && <th scope="col">{last}</th>}
    </tr>
  );
}

interface SharesProps {
  readonly label: string;
  readonly rows: Overview['bySource'];
  /** What a person calls it. */
  called?(name: string): string;
}

function Shares({ label, rows, called = (name) => name }: SharesProps): ReactElement | null {
  if (rows.length === 0) return null;
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <table className="settings-table" aria-label={label}>
      <thead>
        <Heads words={[label, 'Recordings', 'Size', 'Share']} />
      </thead>
      <tbody>
        {rows.slice(0, MOST_ROWS).map(({ name, bytes, recordings }) => (
          <tr key={name}>
            <th scope="row">{called(name)}</th>
            <td className="settings-number">{amount(recordings)}</td>
            <td className="settings-number">{size(bytes)}</td>
            <td className="settings-number">{total === 0 ? '' : `${Math.round((bytes / total) * 100)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** By the best rate that is known. */
function headline(forecasts: readonly Forecast[]): string {
  const best = forecasts.find(({ fullInMs }) => fullInMs !== undefined);
  if (best?.fullInMs !== undefined)
    return `Full in ${roughTime(best.fullInMs)} at the rate of ${lower(BASES[best.basis])}.`;
  if (forecasts.some(({ bytesPerSecond, unknown }) => bytesPerSecond === 0 && unknown === undefined)) {
    return 'Nothing was recorded lately: the disk does not fill.';
  }
  return `When the disk is full cannot be told. ${forecasts[0]?.unknown ?? ''}`;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function fullWords({ fullInMs, unknown }: Forecast): string {
  if (fullInMs !== undefined) return roughTime(fullInMs);
  return unknown ?? 'never: nothing was recorded';
}
