import type { AlarmKind, AlarmRules } from './alarm.ts';
import type { SourceConfig, SourceKind } from './source.ts';

/** General rules that do not hold for a kind of source unless it has a rule of its own. */
const notFor: Readonly<Record<SourceKind, readonly AlarmKind[]>> = {
  soundcard: [],
  // Lossy coding lifts peaks over full scale, and stations play as loud as they can.
  stream: ['clipping'],
  // A test signal is silent at times and repeats itself, both on purpose.
  generator: ['silence', 'frozen'],
};

/** The rules of one source: its own, and the general ones for the rest. */
export function rulesOf(config: Pick<SourceConfig, 'kind' | 'alarms'>, general: AlarmRules): AlarmRules {
  const own = config.alarms ?? {};
  const rule = <Kind extends keyof AlarmRules>(kind: Kind): AlarmRules[Kind] => {
    const found = own[kind] as AlarmRules[Kind] | undefined;
    return found ?? (notFor[config.kind].includes(kind) ? { ...general[kind], enabled: false } : general[kind]);
  };
  return {
    silence: rule('silence'),
    clipping: rule('clipping'),
    deadChannel: rule('deadChannel'),
    sourceDown: rule('sourceDown'),
    frozen: rule('frozen'),
    lowCoverage: rule('lowCoverage'),
  };
}

/** Whether any rule of a source needs its coded audio to be decoded. */
export function needsDecoding({ silence, clipping, deadChannel }: AlarmRules): boolean {
  return silence.enabled || clipping.enabled || deadChannel.enabled;
}
