// Collaboration as a Web Worker.
import { Collaborator } from './collaborator.ts';
import { serve } from './serve.ts';

serve(new Collaborator());
