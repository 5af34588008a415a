import type { PowerCut } from './power-cut.ts';
import type { SimFile } from './sim-file.ts';

type Names = Map<string, SimFile>;
type Operation =
  | { readonly kind: 'link'; readonly name: string; readonly file: SimFile }
  | { readonly kind: 'unlink'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/**
 * The names in a folder. Nothing done to them is durable before the folder is synced: stricter
 * than ext4, which is what POSIX promises.
 */
export class SimFolder {
  #cached: Names = new Map();
  #durable: Names = new Map();
  #unsynced: Operation[] = [];

  get names(): string[] {
    return [...this.#cached.keys()];
  }

  get files(): SimFile[] {
    return [...new Set([...this.#cached.values(), ...this.#durable.values()])];
  }

  get unsynced(): number {
    return this.#unsynced.length;
  }

  get(name: string): SimFile | undefined {
    return this.#cached.get(name);
  }

  change(operation: Operation): void {
    perform(this.#cached, operation);
    this.#unsynced.push(operation);
  }

  sync(): void {
    for (const operation of this.#unsynced) perform(this.#durable, operation);
    this.#unsynced = [];
  }

  powerCut(cut: PowerCut): void {
    for (const operation of this.#unsynced.slice(0, cut.folderOperations(this.#unsynced.length)))
      perform(this.#durable, operation);
    this.#unsynced = [];
    this.#cached = new Map(this.#durable);
  }

  clone(): SimFolder {
    const copy = new SimFolder();
    const copies = new Map<SimFile, SimFile>();
    const copyOf = (file: SimFile): SimFile => {
      const known = copies.get(file) ?? file.clone();
      copies.set(file, known);
      return known;
    };
    copy.#cached = new Map([...this.#cached].map(([name, file]) => [name, copyOf(file)]));
    copy.#durable = new Map([...this.#durable].map(([name, file]) => [name, copyOf(file)]));
    copy.#unsynced = this.#unsynced.map((operation) =>
      operation.kind === 'link' ? { ...operation, file: copyOf(operation.file) } : operation,
    );
    return copy;
  }
}

function perform(names: Names, operation: Operation): void {
  if (operation.kind === 'link') names.set(operation.name, operation.file);
  else if (operation.kind === 'unlink') names.delete(operation.name);
  else {
    const file = names.get(operation.from);
    names.delete(operation.from);
    if (file !== undefined) names.set(operation.to, file);
  }
}
