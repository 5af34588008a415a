import type { Rows } from '../row.ts';

/** What people say to each other and to the tutor; calendars. */
export const TALK_ROWS: Rows = {
  listQueries: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  postQuery: { held: '401 201 201 201 201 404 403', missing: '401 404 404 404 404 404 404' },
  getQuery: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  updateQuery: { held: '401 200 403 403 403 404 403', missing: '401 404 404 404 404 404 404' },
  deleteQuery: { held: '401 204 403 204 204 404 403', missing: '401 404 404 404 404 404 404' },
  answerQuery: { held: '401 201 201 201 201 404 403', missing: '401 404 404 404 404 404 404' },
  updateAnswer: { held: '401 200 403 403 403 404 403', missing: '401 404 404 404 404 404 404' },
  deleteAnswer: { held: '401 204 403 204 204 404 403', missing: '401 404 404 404 404 404 404' },
  acceptAnswer: { held: '401 200 403 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  unacceptAnswer: { held: '401 200 403 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  endorseAnswer: { held: '401 403 403 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  unendorseAnswer: { held: '401 403 403 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  listAnnouncements: {
    held: '401 200 200 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  postAnnouncement: { held: '401 403 403 201 201 404 201', missing: '401 404 404 404 404 404 404' },
  getAnnouncement: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  updateAnnouncement: {
    held: '401 403 403 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  deleteAnnouncement: {
    held: '401 403 403 204 204 404 204',
    missing: '401 404 404 404 404 404 404',
  },
  listFeeds: { held: '401 200 200 200 200 200 200' },
  createFeed: { held: '401 201 201 201 201 201 201' },
  deleteFeed: { held: '401 204 404 404 404 404 404', missing: '401 404 404 404 404 404 404' },
  getFeed: { held: '200 200 200 200 200 200 200', missing: '404 404 404 404 404 404 404' },
  askTutor: { held: '401 201 201 201 201 404 403', missing: '401 404 404 404 404 404 404' },
  listTutorConversations: {
    held: '401 200 200 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  getTutorConversation: {
    held: '401 200 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
  },
  getTutorStatus: { held: '401 200 200 200 200 200 200' },
};
