import type { TableSpec } from './csv-table.ts';

/** Columns of OneRoster CSV 1.1 and 1.2 (binding of 1EdTech), for the files that are used here. */
export const SPECS = {
  manifest: { required: ['propertyName', 'value'], optional: [] },
  users: {
    required: ['sourcedId', 'enabledUser', 'username', 'givenName', 'familyName'],
    optional: [
      'status',
      'dateLastModified',
      'orgSourcedIds',
      'role',
      'userIds',
      'middleName',
      'identifier',
      'email',
      'sms',
      'phone',
      'agentSourcedIds',
      'grades',
      'password',
      'userMasterIdentifier',
      'resourceSourcedIds',
      'preferredGivenName',
      'preferredMiddleName',
      'preferredFamilyName',
      'primaryOrgSourcedId',
      'pronouns',
    ],
  },
  roles: {
    required: ['sourcedId', 'userSourcedId', 'role'],
    optional: [
      'status',
      'dateLastModified',
      'roleType',
      'beginDate',
      'endDate',
      'orgSourcedId',
      'userProfileSourcedId',
    ],
  },
  courses: {
    required: ['sourcedId', 'title'],
    optional: [
      'status',
      'dateLastModified',
      'schoolYearSourcedId',
      'courseCode',
      'grades',
      'orgSourcedId',
      'subjects',
      'subjectCodes',
    ],
  },
  classes: {
    required: ['sourcedId', 'title', 'courseSourcedId'],
    optional: [
      'status',
      'dateLastModified',
      'grades',
      'classCode',
      'classType',
      'location',
      'schoolSourcedId',
      'termSourcedIds',
      'subjects',
      'subjectCodes',
      'periods',
    ],
  },
  enrollments: {
    required: ['sourcedId', 'classSourcedId', 'userSourcedId', 'role'],
    optional: ['status', 'dateLastModified', 'schoolSourcedId', 'primary', 'beginDate', 'endDate'],
  },
} as const satisfies Record<string, TableSpec>;

/** Files of the two versions that say nothing about who is in which course. */
export const IGNORED_FILES: ReadonlySet<string> = new Set(
  [
    'academicSessions',
    'categories',
    'classResources',
    'courseResources',
    'demographics',
    'lineItemLearningObjectiveIds',
    'lineItemScoreScales',
    'lineItems',
    'orgs',
    'resources',
    'resultLearningObjectiveIds',
    'resultScoreScales',
    'results',
    'scoreScales',
    'userProfiles',
    'userResources',
  ].map((name) => `${name}.csv`),
);

export const USED_FILES = ['users', 'roles', 'courses', 'classes', 'enrollments'] as const;
export type UsedFile = (typeof USED_FILES)[number];

/** Who teaches somewhere may make courses here; nobody becomes an administrator by a roster. */
export const TEACHING: ReadonlySet<string> = new Set(['teacher']);
/** Who is only one of these has nothing to do in a course. */
export const OUTSIDE: ReadonlySet<string> = new Set(['guardian', 'parent', 'relative']);

export const USER_ROLES: readonly [string, ...string[]] = [
  'student',
  'teacher',
  'administrator',
  'aide',
  'counselor',
  'districtAdministrator',
  'guardian',
  'parent',
  'principal',
  'proctor',
  'relative',
  'siteAdministrator',
  'systemAdministrator',
];

/** Of an enrollment; `null`: none of ours. */
export const ENROLLMENT_ROLES: Readonly<Record<string, 'instructor' | 'ta' | 'student' | null>> = {
  student: 'student',
  teacher: 'instructor',
  administrator: 'ta',
  aide: 'ta',
  proctor: 'ta',
  guardian: null,
  parent: null,
  relative: null,
};
