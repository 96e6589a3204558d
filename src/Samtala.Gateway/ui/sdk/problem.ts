/** An error that says what happened, why, and what to do about it. */
export class Problem extends Error {
  /** HTTP status; 0 when the node did not answer at all. */
  readonly status: number;
  /** The error code to look up, such as "SAM0123"; empty when there is none. */
  readonly code: string;
  /** Why it happened; empty when nobody knows. */
  readonly why: string;
  /** What to do; empty when there is nothing in particular. */
  readonly remedy: string;

  constructor(what: string, status: number, why = "", remedy = "", code = "") {
    super(what);
    this.name = "Problem";
    this.status = status;
    this.why = why;
    this.remedy = remedy;
    this.code = code;
  }

  /** True when the node could not be reached. */
  get offline(): boolean {
    return this.status === 0;
  }

  /** Makes any thrown value a problem. */
  static of(error: unknown): Problem {
    if (error instanceof Problem) return error;
    // A plugin's page has this class in its own bundle, and is given problems of the shell's.
    if (error instanceof Error && error.name === "Problem") {
      const { message, status, why, remedy, code } = error as Problem;
      return new Problem(message, status, why, remedy, code);
    }
    return new Problem(error instanceof Error ? error.message : String(error), -1);
  }

  /** Reads an RFC 9457 body; members that are missing or of a wrong type are passed over. */
  static from(status: number, body: unknown): Problem {
    const text = (key: string): string => {
      const value = isRecord(body) ? body[key] : undefined;
      return typeof value === "string" ? value : "";
    };
    const [title, detail, help] = [text("title"), text("detail"), text("help")];
    const remedy = /^https?:/.test(help) ? "" : help;
    // A service says everything in the detail, under a title that all its errors share; the door also says what to do.
    const what = remedy === "" && detail !== "" ? detail : title;
    const why = [detail === what ? "" : detail, ...wrongFields(body)].filter(part => part !== "").join(" ");
    return new Problem(what, status, why, remedy, text("code"));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** "field: what is wrong with it", for each field that is. */
function wrongFields(body: unknown): string[] {
  const errors = isRecord(body) ? body["errors"] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map(error => `${String(error["field"])}: ${String(error["detail"])}`);
}
