import { type ReactElement, useEffect, useRef } from 'react';
import { Meter } from '../../elements/Meter.tsx';
import { useInView } from '../../elements/useInView.ts';
import { level } from '../../format/quantity.ts';
import { meterOf, watchLevels } from '../../stores/levels.ts';
import { useSettings } from '../../stores/settings.ts';
import type { SourceKind } from '../../../shared/domain/source.ts';
import type { SourceId } from '../../../shared/units.ts';

interface SourceMeterProps {
  readonly id: SourceId;
  readonly kind: SourceKind;
  readonly name: string;
  readonly channels: number;
  readonly recording: boolean;
}
import { noLevelWords } from './sourceWords.ts';

/** The meter of a source that records; levels are asked for only while it can be seen. */
export function SourceMeter({ id, kind, name, channels, recording }: SourceMeterProps): ReactElement {
  const decoder = useSettings((state) => state.info?.decoderAvailable ?? true);
  const place = useRef<HTMLDivElement>(null);
  const inView = useInView(place);
  useEffect(() => (inView && recording ? watchLevels(id) : undefined), [id, inView, recording]);
  return (
    <div ref={place}>
      <Meter
        meter={meterOf(id)}
        channels={channels}
        label={`Level of ${name}`}
        testId={`meter-${id}`}
        live={inView && recording}
        whyNone={noLevelWords(kind, decoder)}
        format={level}
      />
    </div>
  );
}
