// The search for a largest composition as a thread of the service.
import { LargestSearcher } from '../../workers/largest.ts';
import { serve } from '../../workers/serve.ts';
import { workerEndpoint } from './threads.ts';

serve(new LargestSearcher(), workerEndpoint());
