// The replica as a Web Worker.
import { Replica } from './replica.ts';
import { serve } from './serve.ts';

serve(new Replica());
