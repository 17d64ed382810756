// The chance in property tests: one seed for all, so that the same commit gives the same answer on every machine. `ACUMEN_SEED=random npm test` draws
// another for each file, `ACUMEN_SEED=N` repeats one; fast-check prints it with what fails. `npm run fuzz` always draws.
import fc from 'fast-check';

const given = process.env['ACUMEN_SEED'] ?? '20261121';
if (given !== 'random') {
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`ACUMEN_SEED is a whole number or "random", not ${given}`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
