// Collaboration as a thread of the service.
import { Collaborator } from '../../workers/collaborator.ts';
import { serve } from '../../workers/serve.ts';
import { workerEndpoint } from './threads.ts';

serve(new Collaborator(), workerEndpoint());
