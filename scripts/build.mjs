import { main } from './setup/main.mjs';
import { plans, prepare } from './setup/prepare.mjs';

await main(async () => {
  await prepare(plans.build);
  return 0;
});
