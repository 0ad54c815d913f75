import { execFile } from 'node:child_process';

/** Reads ffmpeg's framemd5. */
export function readPackets(text: string): { readonly digests: string[]; readonly seconds: number } {
  const timeBase = /^#tb 0: (\d+)\/(\d+)$/m.exec(text);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => line.split(',').map((field) => field.trim()));
  const ticks = fields.reduce((sum, [, , , duration]) => sum + Number(duration), 0);
  return {
    digests: fields.map((line) => line[5] ?? ''),
    seconds: (ticks * Number(timeBase?.[1] ?? 0)) / Number(timeBase?.[2] ?? 1),
  };
}

/** Runs a program to its end, whatever that is; `input` comes to it from its standard input. */
export function run(
  command: string,
  args: readonly string[],
  input?: Buffer,
): Promise<{ output: Buffer; complaints: string }> {
  return new Promise((resolve) => {
    const options = { encoding: 'buffer', maxBuffer: 2 ** 30 } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const said = stderr.toString().trim();
      resolve({ output: stdout, complaints: said === '' && error ? error.message : said });
    });
    // A program that has read enough closes its end; what it says of that is in its complaints.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
