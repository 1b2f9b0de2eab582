import { useEffect, useRef, useState } from "preact/hooks";

/** Why an address has no answer: what, where, what to do (RFC 9457), or that the server cannot be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly where: string,
    readonly remedy: string,
  ) {
    super(title);
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

const offline = (address: string): Problem =>
  new Problem(0, "the server cannot be reached", address, "Is tonne serve still running? This page tries again every two seconds.");

/** Asks for a document. */
export async function ask<T>(address: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw offline(address);
  }
  const text = await response.text().catch(() => "");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    if (response.ok) throw new Problem(response.status, "the answer is not JSON", address, "Ask again; if it stays so, please report it.");
    document = null;
  }
  if (response.ok) return document as T;
  const problem = document as { title?: string; where?: string; remedy?: string } | null;
  throw new Problem(response.status, problem?.title ?? `the server answered ${response.status}`, problem?.where ?? address, problem?.remedy ?? "Ask again.");
}

export interface Answer<T> {
  /** The newest document; that of the address before while the next one is on its way. */
  data: T | null;
  problem: Problem | null;
  /** Whether an answer to this very address is on its way and none is shown yet. */
  isLoading: boolean;
  retry: () => void;
}

const known = new Map<string, unknown>();
const maxKnown = 60;

function remember(address: string, data: unknown): void {
  known.delete(address);
  known.set(address, data);
  if (known.size > maxKnown) known.delete(known.keys().next().value!);
}

/**
 * The document of an address. A known one is shown at once and asked for again; null asks for nothing.
 * With `every` it is asked for again after so many milliseconds while the page is visible.
 */
export function useDocument<T>(address: string | null, options: { every?: number; delay?: number; keep?: boolean } = {}): Answer<T> {
  const [state, setState] = useState<{ address: string | null; data: T | null; problem: Problem | null }>({ address: null, data: null, problem: null });
  const [attempt, setAttempt] = useState(0);
  const before = useRef<T | null>(null);
  useEffect(() => {
    if (address === null) return;
    const stop = new AbortController();
    let timer = 0;
    const load = async (): Promise<void> => {
      let wait = options.every ?? 0;
      try {
        const data = await ask<T>(address, { signal: stop.signal });
        remember(address, data);
        if (!stop.signal.aborted) setState({ address, data, problem: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(-1, String(error), address, "Please report it.");
        setState((old) => ({ address, data: problem.isOffline && old.address === address ? old.data : null, problem }));
        if (problem.isOffline) wait = 2000;
      }
      if (wait > 0 && !stop.signal.aborted) timer = window.setTimeout(again, wait);
    };
    const again = (): void => {
      // A page in the background waits until it is looked at.
      if (document.hidden) document.addEventListener("visibilitychange", again, { once: true, signal: stop.signal });
      else void load();
    };
    const first = window.setTimeout(() => void load(), options.delay ?? 0);
    return () => {
      stop.abort();
      clearTimeout(first);
      clearTimeout(timer);
    };
  }, [address, attempt]);
  const own = state.address === address ? state.data : ((address === null ? null : (known.get(address) as T | undefined)) ?? null);
  const problem = state.address === address ? state.problem : null;
  if (own !== null) before.current = own;
  const data = own ?? (options.keep && !problem ? before.current : null);
  return { data, problem, isLoading: address !== null && own === null && problem === null, retry: () => setAttempt(attempt + 1) };
}
