// The hooks that journeys hold on to. Everything else they need they find as a person does: by role and name.

export const ids = {
  // rows carry data-acu (full id), data-mark (see workers/marks.ts), aria-selected
  acuList: 'acu-list', acuRow: 'acu-row', search: 'search', visibleCount: 'visible-count', filterPath: 'filter-path',
  filterSource: 'filter-source', filterAuthor: 'filter-author', filterConflicted: 'filter-conflicted', filterStale: 'filter-stale',
  sourceRow: 'source-row', group: 'group', grouping: 'grouping', savedFilter: 'saved-filter', keepFilter: 'keep-filter', filterName: 'filter-name', symbolsRead: 'symbols-read', // data-name on rows and groups
  verdict: 'verdict', // data-kind: fits, needs, conflicts, unable
  composition: 'composition', member: 'member', // data-acu
  proposal: 'proposal', proposalAccept: 'proposal-accept', // data-kind
  proposalKeepOpen: 'proposal-keep-open', dropHint: 'drop-hint', swap: 'swap', // data-kind on the hint
  whatIfBanner: 'what-if-banner', whatIfApply: 'what-if-apply', // data-kind on the banner
  leftOutRow: 'left-out-row', leftOutSwap: 'left-out-swap', leftOutDecide: 'left-out-decide', // rows carry data-acu, data-kind, data-cost
  recipes: 'recipes', recipe: 'recipe', recipeName: 'recipe-name', recipeKeep: 'recipe-keep', recipeApply: 'recipe-apply', recipeCompare: 'recipe-compare', recipeCompared: 'recipe-compared', // rows carry data-name
  largest: 'largest', largestRule: 'largest-rule', largestProof: 'largest-proof', largestTake: 'largest-take', // data-state, data-optimal
  whyNot: 'why-not', whyNotSwap: 'why-not-swap', // data-kind
  rebound: 'rebound', // data-outcome on its rows
  ghost: 'drag-verdict',
  graph: 'graph', graphList: 'graph-list', graphRow: 'graph-row', graphOther: 'graph-other', graphTip: 'graph-tip', graphPinned: 'graph-pinned', graphLegend: 'graph-legend', // data-settled, data-level on graph
  matrix: 'matrix', matrixOrder: 'matrix-order', matrixTip: 'matrix-tip', matrixPinned: 'matrix-pinned', // data-settled, data-rows, data-focus (two indices) on matrix
  openConflict: 'open-conflict', decide: 'decide', decideResult: 'decide-result', decideCompose: 'decide-compose', // data-acu; data-left, data-at on decide
  conflictList: 'conflict-list', conflictRow: 'conflict-row', conflictDetail: 'conflict-detail', conflictGroups: 'conflict-groups', conflictGroup: 'conflict-group',
  side: 'conflict-side', // data-side: base, a name, or merged
  composed: 'composed', // data-key: the set's ids, data-status
  composedFile: 'composed-file', diff: 'diff', acuFile: 'acu-file', inspector: 'inspector',
  entities: 'entities', entity: 'entity', entityDiff: 'entity-diff', owners: 'owners', owner: 'owner', ownerCard: 'owner-card', // data-fate, data-name on entity; data-how on owners
  dependencies: 'dependencies', dependency: 'dependency', acuMoment: 'acu-moment', several: 'several', // data-acu, data-what
  branchName: 'branch-name', branchMessage: 'branch-message', branchProblem: 'branch-problem', branchResult: 'branch-result', commandLine: 'command-line',
  historyRow: 'history-row', status: 'status', connection: 'connection', // data-state
  progress: 'progress', cancel: 'cancel', importPath: 'import-path', importStart: 'import-start', recent: 'recent', patchPath: 'patch-path', patchStart: 'patch-start', base: 'base', grain: 'grain',
  console: 'console', // data-at: the report's moment, data-section, data-paused
  levelCard: 'level-card', latencyChart: 'latency-chart', throughputChart: 'throughput-chart', operationRow: 'operation-row', flame: 'flame',
  response: 'response', baselineName: 'baseline-name', baseline: 'baseline',
  load: 'load', loadOpen: 'load-open', loadRate: 'load-rate', loadSeconds: 'load-seconds', loadStart: 'load-start', loadStop: 'load-stop', // data-state on load
  collaboration: 'collaboration', // data-place, data-status, data-as-of, data-names, data-busy
  talk: 'talk', predicted: 'predicted', bus: 'bus', detail: 'collaboration-detail', // rows carry data-line
  expert: 'expert', // data-person
  board: 'board', boardColumn: 'board-column', boardCard: 'board-card', boardCost: 'board-cost', whatIf: 'what-if', // data-person, data-card, data-cost
  heat: 'heat', asOf: 'as-of', computed: 'computed', whoKnows: 'who-knows',
  heatList: 'heat-list', heatTip: 'heat-tip', heatFind: 'heat-find', // data-settled, data-focus on heat
  live: 'live', liveSwitch: 'live-switch', worktrees: 'worktrees', // data-how, data-files on live
  settings: 'settings', refsGlobs: 'refs-globs', refsEffect: 'refs-effect', refsStart: 'refs-start', // data-section on settings
  guide: 'guide', guideOn: 'guide-on', // data-step
  repositoryMenu: 'repository-menu', menu: 'menu', // data-of; its items data-command, or data-line
  timeStrip: 'time-strip', timeSlider: 'time-slider', timeBanner: 'time-banner', timeCompare: 'time-compare', timeFile: 'time-file', timeA: 'time-a', timeB: 'time-b', // data-at on strip; data-a, data-b, data-status on compare
  work: 'work', workItem: 'work-item', // data-state, data-kind
  palette: 'palette', paletteInput: 'palette-input', keys: 'keys', notice: 'notice', announcer: 'announcer', token: 'token',
} as const;
