import { type AlarmRules, alarmRulesSchema } from '../../../shared/domain/alarm.ts';
import { automationSettingsSchema, DEFAULT_API_PORT } from '../../../shared/domain/automation.ts';
import { hookSettingsSchema } from '../../../shared/domain/hooks.ts';
import { retentionSchema } from '../../../shared/domain/retention.ts';
import { size } from '../../format/quantity.ts';
import { splitLength } from '../../format/time.ts';
import { RULE_KINDS, ruleText } from '../alarms/alarmText.ts';
import { rulesWords } from '../retention/ruleWords.ts';

const WORDS: Readonly<Record<string, string>> = {
  'theme system': 'as the system',
  'whenClosed stay': 'Longtake stays',
  'whenClosed quit': 'Longtake quits',
  'startHidden atLogin': 'at login',
};

/** The value of a setting, or a part of it, as people read it. */
export function valueWords(path: string, value: unknown): string {
  const kind = RULE_KINDS.find((one) => path === `alarms.rules.${one}`);
  if (kind) return ruleWords(kind, value);
  if (path === 'retention') {
    const rules = retentionSchema.safeParse(value);
    return rules.success ? rulesWords(rules.data) : plain(value);
  }
  const hooks = path === 'hooks' ? hookSettingsSchema.safeParse(value) : undefined;
  if (hooks?.success === true) return hooks.data.webhook.join(', ') || 'nothing';
  if (typeof value === 'number') return numberWords(path, value);
  const api = path === 'automation' ? automationSettingsSchema.safeParse(value) : undefined;
  if (api?.success === true) return api.data.enabled ? `on, port ${api.data.port ?? DEFAULT_API_PORT}` : 'off';
  const word = typeof value === 'string' ? WORDS[`${path} ${value}`] : undefined;
  if (word !== undefined) return word;
  return plain(value);
}

function numberWords(path: string, value: number): string {
  if (path === 'splitSeconds') return splitLength(value);
  if (path.endsWith('FreeBytes')) return value === 0 ? 'never' : size(value);
  if (path === 'uploadBytesPerSecond') return value === 0 ? 'none' : `${size(value)}/s`;
  if (path === 'trashDays') return `${value} days`;
  if (path.endsWith('Db')) return `${value} dB`;
  if (path.endsWith('Seconds')) return `${value} s`;
  return String(value);
}

function ruleWords(kind: keyof AlarmRules, value: unknown): string {
  const parsed = alarmRulesSchema.shape[kind].safeParse(value);
  // The schema of a kind yields its rule; the compiler cannot follow that correlation.
  return parsed.success ? ruleText(kind, parsed.data as never) : plain(value);
}

function plain(value: unknown): string {
  if (value === undefined || value === '' || value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ');
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return parts.length === 0 ? 'none' : parts.map(([key, part]) => `${key}: ${plain(part)}`).join(', ');
}
