import { CloudAlert, CloudCheck, CloudOff, CloudUpload, Cloudy } from 'lucide-react';
import type { ReactElement } from 'react';
import type { UploadTone } from './uploadWords.ts';

const ICONS = {
  safe: CloudCheck,
  moving: CloudUpload,
  waiting: Cloudy,
  attention: CloudAlert,
  off: CloudOff,
} as const satisfies Record<UploadTone, typeof CloudCheck>;

export function ToneIcon({ tone, size = 14 }: { readonly tone: UploadTone; readonly size?: number }): ReactElement {
  const Icon = ICONS[tone];
  return <Icon size={size} className={`upload-icon upload-${tone}`} aria-hidden />;
}
