import { useEffect, useRef, useState } from "preact/hooks";
import type { WatchDocument } from "../documents";
import { ask, Problem } from "./request";

export type Connection = "connecting" | "open" | "lost" | "ended";

export interface Stream {
  newest: WatchDocument | null;
  /** When the newest look arrived, on the clock of `performance`. */
  receivedAt: number;
  connection: Connection;
  problem: Problem | null;
  /** Attempts since the connection was lost. */
  attempts: number;
}

const retryAfter = 1000;

/**
 * Watches a run by server-sent events. When the connection is lost, it tries again every second until the server is there; an
 * answer that is not a stream is a problem, which is asked for by itself because a stream does not give it.
 */
export function useStream(run: string, onSample: (sample: WatchDocument) => void): Stream {
  const [stream, setStream] = useState<Stream>({ newest: null, receivedAt: 0, connection: "connecting", problem: null, attempts: 0 });
  const receive = useRef(onSample);
  receive.current = onSample;
  useEffect(() => {
    const address = `/api/v1/runs/${encodeURIComponent(run)}/live`;
    let source: EventSource | null = null;
    let timer = 0;
    let isOver = false;
    const take = (event: MessageEvent<string>, isLast: boolean): void => {
      const sample = JSON.parse(event.data) as WatchDocument;
      receive.current(sample);
      setStream({ newest: sample, receivedAt: performance.now(), connection: isLast ? "ended" : "open", problem: null, attempts: 0 });
      if (isLast) {
        isOver = true;
        source?.close();
      }
    };
    const connect = (): void => {
      if (isOver) return;
      source = new EventSource(address);
      source.addEventListener("open", () => setStream((old) => ({ ...old, connection: old.connection === "ended" ? "ended" : "open", problem: null, attempts: 0 })));
      source.addEventListener("sample", (event) => take(event as MessageEvent<string>, false));
      source.addEventListener("end", (event) => take(event as MessageEvent<string>, true));
      source.addEventListener("error", () => {
        if (isOver) return;
        // The browser would try again by itself, but not after every kind of failure.
        source?.close();
        setStream((old) => ({ ...old, connection: "lost", attempts: old.attempts + 1 }));
        timer = window.setTimeout(() => void look(), retryAfter);
      });
    };
    const look = async (): Promise<void> => {
      try {
        await ask(`/api/v1/version`);
        // The server is there. Is the run?
        const page = await ask<{ runs: { status: string | null }[] }>(`/api/v1/runs?q=${encodeURIComponent(run)}&limit=1`);
        if (page.runs.length === 0) throw new Problem(404, `there is no run '${run}'`, address, "All runs are in the list.");
        if (!isOver) connect();
      } catch (error) {
        if (isOver) return;
        const problem = error instanceof Problem ? error : null;
        const isFinal = problem !== null && !problem.isOffline && problem.status < 500;
        setStream((old) => ({ ...old, connection: "lost", problem: isFinal ? problem : null, attempts: old.attempts + 1 }));
        if (!isFinal) timer = window.setTimeout(() => void look(), retryAfter);
      }
    };
    connect();
    return () => {
      isOver = true;
      clearTimeout(timer);
      source?.close();
    };
  }, [run]);
  return stream;
}
