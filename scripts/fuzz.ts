// `npm run fuzz`: hostile messages at the contract and at the browser's door, and mutated repositories. See bench/fuzz.ts.
import '../bench/fuzz.ts';
