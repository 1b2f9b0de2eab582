import { useState } from "preact/hooks";
import type { PersonDocument, SignedOutDocument } from "../documents";
import { hasNodes } from "./NodesPage";
import { ask, Problem, useDocument } from "./request";
import { oneLine } from "./text";

/** Who asks, as the server knows them; null where there is no database, and until the answer has come. */
export const usePerson = (): PersonDocument | null => useDocument<PersonDocument>(hasNodes() ? "/api/v1/person" : null).data;

/** The name of the person, and a button that ends their session. */
export function Person({ person }: { person: PersonDocument | null }) {
  const [problem, setProblem] = useState<string | null>(null);
  if (!person?.name) return null;
  const signOut = async (): Promise<void> => {
    try {
      const ended = await ask<SignedOutDocument>("/api/v1/sign-out", { method: "POST" });
      location.assign(webAddress(ended.location) ?? "/signed-out");
    } catch (error) {
      setProblem(error instanceof Problem ? error.title : String(error));
    }
  };
  return (
    <>
      <span class="quiet">{oneLine(person.name)}</span>
      {person.can_sign_out && (
        <button type="button" class="plain" onClick={() => void signOut()}>
          Sign out
        </button>
      )}
      {problem !== null && <span role="alert">{problem}</span>}
    </>
  );
}

/** An address of the web or of this server; null for any other, which a browser would execute. */
function webAddress(text: string): string | null {
  const address = new URL(text, location.href);
  return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
}
