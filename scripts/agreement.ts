// `npm run agreement`: Acumen's verdicts and trees against git's, over generated or given repositories. See bench/agreement.ts.
import '../bench/agreement.ts';
