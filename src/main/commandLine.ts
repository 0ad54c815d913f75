/** The switch by which `packaging/longtake.sh` says that a command follows. */
const LAUNCHED = '--longtake-command';
/** Where there is no such launcher, the first word tells. */
const COMMANDS: readonly string[] = [
  'analyse',
  'completion',
  'cut',
  'devices',
  'drill',
  'export',
  'import',
  'record',
  'rescan',
  'serve',
  'serve-sessions',
  'sessions',
  'settings',
  'sources',
  'status',
  'verify',
  'help',
  '--help',
  '-h',
  '--list-devices',
  '--profile',
  '--version',
  '-V',
];

/** The command that the packaged program was started with, and what follows it; undefined where the window is wanted. */
export function commandLine(argv: readonly string[]): readonly string[] | undefined {
  const end = argv.indexOf('--');
  if (end !== -1 && argv.slice(1, end).includes(LAUNCHED)) return argv.slice(end + 1);
  return COMMANDS.includes(argv[1] ?? '') ? argv.slice(1) : undefined;
}
