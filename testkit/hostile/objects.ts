// Objects of a repository written byte by byte, for git would refuse some of them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

export interface Entry { readonly mode: string; readonly id: string }

export class Objects {
  readonly #gitDir: string;
  constructor(gitDir: string) { this.#gitDir = gitDir; }

  write(type: string, content: Buffer): string {
    const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const id = createHash('sha1').update(whole).digest('hex');
    const file = join(this.#gitDir, 'objects', id.slice(0, 2), id.slice(2));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, deflateSync(whole, { level: 1 }));
    return id;
  }
  blob(content: string): string { return this.write('blob', Buffer.from(content, 'latin1')); }

  /** Of paths, with the trees of their folders. */
  tree(files: ReadonlyMap<string, Entry>): string {
    const here = new Map<string, Entry>(), folders = new Map<string, Map<string, Entry>>();
    for (const [path, entry] of files) {
      const cut = path.indexOf('/');
      if (cut < 0) { here.set(path, entry); continue; }
      const folder = path.slice(0, cut), inside = folders.get(folder) ?? new Map<string, Entry>();
      folders.set(folder, inside.set(path.slice(cut + 1), entry));
    }
    for (const [folder, inside] of folders) here.set(folder, { mode: '40000', id: this.tree(inside) });
    const sorted = [...here].map(([name, entry]) => [entry.mode === '40000' ? `${name}/` : name, name, entry] as const).sort(([x], [y]) => (x < y ? -1 : 1));
    return this.write('tree', Buffer.concat(sorted.map(([, name, { mode, id }]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]))));
  }
  commit(tree: string, parents: readonly string[], author: string, date: string, message: string): string {
    const who = `${author} ${date}`;
    return this.write('commit', Buffer.from(`tree ${tree}\n${parents.map((p) => `parent ${p}\n`).join('')}author ${who}\ncommitter ${who}\n\n${message}`, 'latin1'));
  }
}
