import { DIRECTORY_MUTANTS } from './directory-mutants.ts';
import { DISK_MUTANTS } from './disk-mutants.ts';
import { ELECTION_MUTANTS } from './election-mutants.ts';
import { LEASE_MUTANTS } from './lease-mutants.ts';
import { MEMBERSHIP_MUTANTS } from './membership-mutants.ts';
import type { Mutant } from './mutant.ts';
import { PERSISTENCE_MUTANTS } from './persistence-mutants.ts';
import { READ_MUTANTS } from './read-mutants.ts';
import { REPLICATION_MUTANTS } from './replication-mutants.ts';
import { SNAPSHOT_MUTANTS } from './snapshot-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...ELECTION_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...PERSISTENCE_MUTANTS,
  ...READ_MUTANTS,
  ...LEASE_MUTANTS,
  ...DISK_MUTANTS,
  ...MEMBERSHIP_MUTANTS,
  ...SNAPSHOT_MUTANTS,
  ...DIRECTORY_MUTANTS,
];
