// Where the bundler put the workers.
import collaborationAddress from '../../workers/collaboration.worker.ts?worker&url';
import gpuAddress from '../../workers/gpu.worker.ts?worker&url';
import graphAddress from '../../workers/graph.worker.ts?worker&url';
import heatAddress from '../../workers/heat.worker.ts?worker&url';
import layoutAddress from '../../workers/layout.worker.ts?worker&url';
import matrixAddress from '../../workers/matrix.worker.ts?worker&url';
import pairingAddress from '../../workers/pairing.worker.ts?worker&url';
import replicaAddress from '../../workers/replica.worker.ts?worker&url';
import searchAddress from '../../workers/search.worker.ts?worker&url';

export { collaborationAddress, gpuAddress, graphAddress, heatAddress, layoutAddress, matrixAddress, pairingAddress, replicaAddress, searchAddress };
