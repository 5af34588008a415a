import { readFileSync } from 'node:fs';

/** Known to everybody who has read this: the reason for the rule about loopback addresses. */
export const DEMO_PASSWORD = 'pass123';

export const DEMO_USERS = [
  { username: 'instructor1', display_name: 'Ines Torres', site_role: 'instructor' },
  { username: 'student1', display_name: 'Samuel Okafor', site_role: 'student' },
  { username: 'student2', display_name: 'Mei Lindqvist', site_role: 'student' },
  { username: 'student3', display_name: 'Jonas Petrov', site_role: 'student' },
] as const;

export const DEMO_COURSE = {
  code: 'DS-101',
  title: 'Distributed Systems: agreeing on things',
  description_md: `How machines that fail, over networks that lose messages, still agree on one history.

**Weeks 1–3** consensus and Raft · **weeks 4–6** storage and recovery · **weeks 7–8** time and order · **weeks 9–10** project

Every week has a reading, a short exercise, and a tutorial. Questions go to the query board, where everybody can read the answers, or to the tutor, which answers
from the readings and says on which page.

You need: programming in any language, and the patience to ask *"and if it crashes right here?"*`,
};

export const DEMO_MATERIAL = {
  title: 'An introduction to consensus',
  topic: 'consensus',
  filename: 'introduction-to-consensus.md',
  text: readFileSync(new URL('./consensus.md', import.meta.url), 'utf8'),
};

export const DEMO_ASSIGNMENT = {
  title: 'Exercise 1: majorities and elections',
  body_md: `Read *An introduction to consensus*, then answer in your own words, in one or two pages (PDF, or text right here):

1. A cluster has five machines. Which sets of failures does it survive, and why exactly those? (30 points)
2. Two machines stand for election at the same moment. Describe two different ways in which this can go on. (30 points)
3. A leader answers a client, and in the same second loses its power. Under which condition is the write safe, and which
   rule of the election makes it so? (40 points)

You may hand in up to three times; the last attempt counts.`,
  points_possible: 100,
  max_attempts: 3,
  topics: ['consensus', 'elections'],
};

export const DEMO_QUERY = {
  to: 'instructor',
  title: 'Why not four machines?',
  body_md:
    'The reading says that an even number buys nothing. But with four machines I have one more copy of the data than with three. Is that not safer?',
} as const;

export const DEMO_ANSWER = {
  body_md: `It is one more copy, but not one more failure that you survive. A majority of four is three, so with two machines down the other two must stop, just as
the last one of three must. And there is one more machine that can fail. So the copies are a little safer against lost disks, and the
service is a little *less* available. That is why clusters have three, five or seven members.`,
};
