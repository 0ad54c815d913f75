import type { TestServer } from './testServer.ts';

/** `seconds` of a tone in WAV, 8 kHz, mono, 16 bit. */
export function toneWav(seconds: number): Buffer {
  const rate = 8000;
  const wav = Buffer.alloc(44 + 2 * rate * seconds);
  wav.write('RIFF\xff\xff\xff\xffWAVEfmt ', 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data\xff\xff\xff\xff', 36, 'latin1');
  for (let at = 44; at < wav.length; at += 2) wav.writeInt16LE(Math.round(9000 * Math.sin(at / 9)), at);
  return wav;
}

interface Wanted {
  /** A new user, who owns it. */
  readonly email: string;
  readonly title: string;
  /** Sent as audio/wav. */
  readonly audio?: Uint8Array;
}

/** Uploads a recording as a client does, and finalizes it. Returns its id. */
export async function uploadRecording(
  server: TestServer,
  { email, title, audio = toneWav(1) }: Wanted,
): Promise<number> {
  const authorization = `Bearer ${await server.addUser(email)}`;
  const post = async (path: string, body: unknown) => {
    const headers = { authorization, 'content-type': 'application/json' };
    return (await server.request('POST', path, { headers, body: JSON.stringify(body) })).body;
  };
  const id = String((await post('/upload/session', { mime_type: 'audio/wav' }))['session_id']);
  await server.chunk(id, 1, audio, { authorization });
  return Number((await post(`/upload/session/${id}/finalize`, { title, chunk_count: 1 }))['recording_id']);
}
