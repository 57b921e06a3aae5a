/** Text for people, in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}
