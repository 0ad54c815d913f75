/** The programs that chaos starts and kills, by name. */
export const chaosPrograms = {
  host: 'test/chaos/hostProcess.ts',
  recorder: 'test/chaos/recorderProcess.ts',
};
