import type { ChatModel } from '../tutor/answer.ts';
import type { OllamaStatus } from '../tutor/ollama/ollama-client.ts';

/** A model that can also say whether it is there. */
export interface TutorModel extends ChatModel {
  status(): Promise<OllamaStatus>;
}

/** What the API needs of the tutor: the composition root provides it. */
export interface TutorParts {
  /** `null`: none is configured, and the tutor answers with passages. */
  readonly model: TutorModel | null;
  /** This node took an upload and should begin to read it at once. */
  uploaded(materialId: string): void;
  /** This node took a query to the tutor and should begin to answer it at once. */
  asked(queryId: string): void;
}
