// `npm run crash`: processes killed, logs damaged, bytes flipped, stores raced for, and what was lost. See bench/crash.ts.
import '../bench/crash.ts';
