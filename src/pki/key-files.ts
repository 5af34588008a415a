import { join } from 'node:path';

/** Where each key and certificate of a cluster stands in its `pki/` folder. */
export const keyFiles = {
  authority: (folder: string) => ({
    certificate: join(folder, 'ca.crt'),
    key: join(folder, 'ca.key'),
  }),
  node: (folder: string, node_id: string) => ({
    certificate: join(folder, `${node_id}.crt`),
    key: join(folder, `${node_id}.key`),
  }),
  receipt: (folder: string) => ({
    public_key: join(folder, 'receipt.pub'),
    key: join(folder, 'receipt.key'),
  }),
};

export const KEY_MODE = 0o600;
export const CERTIFICATE_MODE = 0o644;
