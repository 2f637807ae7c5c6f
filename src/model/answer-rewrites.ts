/** What is put in the place of texts in answers of backends, on their way to clients. */
export interface AnswerRewrites {
  /** Of `Domain` of cookies; a dot before it does not count, and stays. */
  readonly cookieDomain?: TextRewrite;
  /** Of `Path` of cookies. */
  readonly cookiePath?: TextRewrite;
  /** Of `Location`, and of what follows `url=` in `Refresh`. */
  readonly location?: TextRewrite & {
    /** A `Location` that becomes a path is made a URL of the host that the client asked for. */
    readonly absolute: boolean;
  };
}

export interface TextRewrite {
  readonly from: TextPattern;
  readonly to: string;
}

/** What is looked for. Of a prefix the rest of the text stays behind the new one; else the whole text is replaced. */
export type TextPattern =
  | { readonly type: 'prefix'; readonly text: string }
  | { readonly type: 'whole'; readonly text: string; readonly anyCase: true }
  /** Somewhere in the text there are these characters, one after the other. */
  | { readonly type: 'within'; readonly characters: readonly PatternCharacter[]; readonly anyCase: boolean };

export interface PatternCharacter {
  /** Absent: any. */
  readonly is?: string;
  readonly optional?: true;
}
