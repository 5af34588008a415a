import { ForeignLog, LogCorruption, LogRuleBroken } from './errors.ts';

/** An error on its way from the worker: structured cloning keeps neither class nor fields. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  readonly path: string | null;
  readonly damage: {
    readonly file: string;
    readonly offset: number;
    readonly index: number;
  } | null;
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), code: null, path: null, damage: null };
  const { name, message, code = null, path = null } = error as NodeJS.ErrnoException;
  if (!(error instanceof LogCorruption)) return { name, message, code, path, damage: null };
  const { file, offset, index } = error;
  return { name, message: error.reason, code, path, damage: { file, offset, index } };
}

export function fromWire(wire: WireError): Error {
  if (wire.damage !== null) {
    const { file, offset, index } = wire.damage;
    return new LogCorruption(wire.message, file, offset, index);
  }
  if (wire.name === 'ForeignLog') return new ForeignLog(wire.message);
  if (wire.name === 'LogRuleBroken') return new LogRuleBroken(wire.message);
  if (wire.name === 'RangeError') return new RangeError(wire.message);
  const error = new Error(wire.message);
  const { code, path } = wire;
  return Object.assign(error, code !== null && { code }, path !== null && { path });
}
