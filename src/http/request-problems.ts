import type { ProblemRows } from './problem-kind.ts';

/** The request as such, who sends it and what it is sent to: statuses 400 to 408. */
export const REQUEST_PROBLEMS = {
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    retryable: false,
    description: 'The body could not be parsed as UTF-8 JSON, or is nested more than 32 deep.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    description:
      'A field, parameter or header has a wrong type or shape. `errors` names each of them.',
  },
  unknown_field: {
    status: 400,
    title: 'The request has a field that this operation does not know',
    retryable: false,
    description: 'Unknown fields are refused, so that a misspelt one is never lost in silence.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not valid',
    retryable: false,
    description: 'Use `next_cursor` of the previous page as it is, with the same path.',
  },
  invalid_header: {
    status: 400,
    title: 'A request header is not valid',
    retryable: false,
    description:
      'A header of this API has a value that it cannot have, or is one that this operation cannot heed; ' +
      '`detail` names it.',
  },
  unauthenticated: {
    status: 401,
    title: 'Log in first',
    retryable: false,
    description:
      'There is no bearer token, or it is unknown, expired or revoked. Log in for a new one.',
  },
  invalid_credentials: {
    status: 401,
    title: 'User name or password is wrong',
    retryable: false,
    description: 'The answer is the same whether or not the account exists.',
  },
  refresh_token_invalid: {
    status: 401,
    title: 'The refresh token is not valid',
    retryable: false,
    description:
      'It is unknown, expired, or was used before: then the whole login has ended. Log in again.',
  },
  session_ended: {
    status: 401,
    title: 'The session has ended',
    retryable: false,
    description: 'The session ended while the request was on its way. Nothing was changed.',
  },
  account_not_active: {
    status: 401,
    title: 'The account is not active',
    retryable: false,
    description: 'The account was suspended or deleted. Nothing was changed.',
  },
  registration_closed: {
    status: 403,
    title: 'Nobody can register here',
    retryable: false,
    description:
      'Accounts are made by administrators, unless `auth.self_registration` is set in cluster.json.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The token was not made for this',
    retryable: false,
    description:
      '`required_scope` names the scope that a personal token needs here; without it, log in instead.',
  },
  forbidden: {
    status: 403,
    title: 'Your role may not do this',
    retryable: false,
    description: 'The object is known to the caller, the operation is not allowed to them.',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    retryable: false,
    description: 'It does not exist, or the caller may not know that it does.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path does not know this method',
    retryable: false,
    description: 'The `Allow` header lists the methods of the path.',
  },
  request_timeout: {
    status: 408,
    title: 'The request came too slowly',
    retryable: true,
    description:
      'Headers have 10 seconds, a whole request has 5 minutes. The connection is closed.',
  },
} satisfies ProblemRows;
