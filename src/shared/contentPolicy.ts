type Directives = Readonly<Record<string, readonly string[]>>;

const NONE = ["'none'"];
const OWN = ["'self'"];

/** What the studio's page may load and run: its own files and recordings, which come from `media`, and nothing inline. */
export function pageDirectives(media: string): Directives {
  return {
    'default-src': NONE,
    'script-src': OWN,
    'style-src': OWN,
    'font-src': OWN,
    'img-src': OWN,
    'media-src': [media],
    'connect-src': [...new Set([...OWN, media])],
    'base-uri': NONE,
    'form-action': NONE,
    'frame-ancestors': NONE,
  };
}

/** As a Content-Security-Policy header has it. */
export function policyHeader(directives: Directives): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
