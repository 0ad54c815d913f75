import { main } from './setup/main.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { runChecks } from './testing/checks.mjs';

await main(async () => {
  await prepare(plans.check);
  console.log('Checks');
  const results = await runChecks((line) => console.log(line));
  const failed = results.filter((result) => !result.passed).length;
  console.log(failed === 0 ? `All ${results.length} checks passed.` : `${failed} of ${results.length} checks failed.`);
  return failed === 0 ? 0 : 1;
});
