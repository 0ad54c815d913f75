import type { Command } from 'commander';
import { type Mount, profileOf, withStudio } from './command.ts';
import { EXIT } from './exit.ts';
import type { WebFlags } from './web/webConfig.ts';

interface Flags extends WebFlags {
  readonly setPassword?: boolean;
  readonly endSessions?: boolean;
  readonly newToken?: boolean;
  readonly printUnit?: boolean;
}

const HELP = `
The first start makes a password and prints it once; --set-password, LONGTAKE_SERVE_PASSWORD or
LONGTAKE_SERVE_PASSWORD_FILE set another one, which logs everybody out. Passwords of streams and secrets of targets are
taken from the environment (LONGTAKE_PASSWORD_RADIO_1, LONGTAKE_TARGET_OFFICE_TOKEN, LONGTAKE_SECRETS_FILE) before those
of the profile. Programs ask with LONGTAKE_API_TOKEN or a token of --new-token.
SIGTERM and Ctrl+C close every file within 5 s.
Exit codes: ${EXIT.done} ended as asked; ${EXIT.failed} it could not start; ${EXIT.usage} a setting is wrong; ${EXIT.busy} another Longtake has the profile.`;

/** Adds `serve`. What it needs is loaded when it is asked for. */
export function addServeCommand(program: Command, mount: Mount): void {
  program
    .command('serve')
    .description('The whole studio in a browser, and for programs: records until told to end.')
    .option('--host <address>', 'where to listen; LONGTAKE_SERVE_HOST (127.0.0.1)')
    .option('--port <port>', 'LONGTAKE_SERVE_PORT (8486); 0: any that is free')
    .option('--tls-cert <file>', 'certificate with its chain, PEM; LONGTAKE_SERVE_TLS_CERT')
    .option('--tls-key <file>', 'its key, PEM; LONGTAKE_SERVE_TLS_KEY')
    .option('--trust-proxy <addresses>', 'a web server before it does TLS: its addresses; LONGTAKE_SERVE_TRUST_PROXY')
    .option('--plain-http', 'on other addresses than loopback without TLS: everybody on the way can read along')
    .option('--name <host...>', 'names by which browsers reach it; LONGTAKE_SERVE_NAMES, with commas')
    .option('--set-password', 'read a new password from standard input, and end')
    .option('--end-sessions', 'log everybody out, and end')
    .option('--new-token', 'print a new token for programs; the one before is no longer good')
    .option('--print-unit', 'print a unit for systemd, and end')
    .exitOverride()
    .addHelpText('after', HELP)
    .action(async (flags: Flags, command: Command) => {
      if (flags.printUnit === true) {
        const { systemdUnit } = await import('./web/systemdUnit.ts');
        process.stdout.write(systemdUnit(`${mount.program} serve`));
      } else if (flags.newToken === true) {
        await withStudio(command, mount, async ({ access }) => {
          const { token } = await access.request('automation.makeToken', {});
          process.stdout.write(`API token, told this once: ${token}\n`);
          return EXIT.done;
        });
      } else {
        const { serve, webAccessOf } = await import('./serve.ts');
        const profile = profileOf(command);
        if (flags.setPassword === true) {
          const { readPassword } = await import('./readPassword.ts');
          await webAccessOf(profile).setPassword(await readPassword());
          process.stdout.write('The password is set. Everybody is logged out.\n');
        } else if (flags.endSessions === true) {
          await webAccessOf(profile).endAll();
          process.stdout.write('Everybody is logged out.\n');
        } else {
          mount.onEnd(await serve({ profile, flags, ...mount }));
        }
      }
    });
}
