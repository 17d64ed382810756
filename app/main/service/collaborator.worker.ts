// Collaboration as a thread of the service.
import { cpus } from 'node:os';
import { Collaborator } from '../../workers/collaborator.ts';
import { rememberedCosts } from '../../workers/costs.ts';
import { serve } from '../../workers/serve.ts';
import { turn } from '../../workers/turn.ts';
import { nodeGpu } from './gpu/gpu.ts';
import { inFile } from './gpu/remembered.ts';
import { workerEndpoint } from './threads.ts';

serve(new Collaborator({ gpu: () => nodeGpu(), costs: () => rememberedCosts(inFile(), `node ${cpus()[0]?.model ?? ''}`, turn) }), workerEndpoint());
