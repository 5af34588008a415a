import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Identity, identityUri } from './identity.ts';

const ALGORITHM = { name: 'Ed25519' } as const;
const AUTHORITY_NAME = 'Quorum LMS cluster ';
const VALIDITY_YEARS = 10;
/** Nodes' clocks may differ: a certificate made now must be valid on a node that is behind. */
const BACKDATE_MS = 24 * 60 * 60 * 1000;

export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/** The cluster's own CA. It can sign nodes and nothing below them. */
export async function createAuthority(cluster_id: string, now: Date): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(now),
    serialNumber: serialNumber(),
    name: [{ CN: [AUTHORITY_NAME + cluster_id] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

/** One certificate for both ends of a connection, since every node dials and is dialled. */
export async function issueNodeCertificate(
  authority: Authority,
  identity: Identity,
  now: Date,
): Promise<PemPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(now),
    serialNumber: serialNumber(),
    subject: [{ CN: [identity.node_id] }],
    issuer: authority.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'url', value: identityUri(identity) },
        { type: 'dns', value: identity.node_id },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  return { certificate: certificatePem(certificate), key: privateKeyPem(keys.privateKey) };
}

/** The CA from its files; `null` when they are no pair. Throws when they are not what they should be. */
export function readAuthority(pem: PemPair): (Authority & { readonly cluster_id: string }) | null {
  const certificate = new x509.X509Certificate(pem.certificate);
  const own = createPrivateKey(pem.key);
  const name = certificate.subjectName.getField('CN')[0] ?? '';
  if (!name.startsWith(AUTHORITY_NAME)) throw new Error(`the certificate is of "${name}"`);
  if (!new X509Certificate(pem.certificate).checkPrivateKey(own)) return null;
  const privateKey = own.toCryptoKey(ALGORITHM, true, ['sign']);
  const publicKey = createPublicKey(own).toCryptoKey(ALGORITHM, true, ['verify']);
  const cluster_id = name.slice(AUTHORITY_NAME.length);
  return { certificate, keys: { privateKey, publicKey }, cluster_id };
}

export function certificatePem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

export function privateKeyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
}

function validity(now: Date): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + VALIDITY_YEARS);
  return { notBefore: new Date(now.getTime() - BACKDATE_MS), notAfter };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; a leading zero octet would be bad DER. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}
