import { useState } from "preact/hooks";
import type { ReportLesson, ReportQuestion } from "../payload";
import { Equivalents } from "./Equivalents";

/** The insight, at most three equivalents, and the quiz. */
export function Lesson({ lesson }: { lesson: ReportLesson }) {
  return (
    <section id="lesson" aria-labelledby="lesson-finding">
      <span class="kicker">The lesson</span>
      <h2 id="lesson-finding" class="visually-hidden">
        What this run teaches
      </h2>
      <p class="lesson-insight picture">{lesson.insight}</p>
      {lesson.equivalents.length > 0 && (
        <>
          <h3 style={{ marginTop: "24px" }}>The emissions are equivalent to</h3>
          <Equivalents equivalents={lesson.equivalents} />
        </>
      )}
      {lesson.quiz.length > 0 && (
        <>
          <h3 style={{ marginTop: "32px" }}>{lesson.quiz.length === 1 ? "A question" : `${lesson.quiz.length} questions`} from this run</h3>
          <div class="quiz" style={{ marginTop: "12px" }}>
            {lesson.quiz.map((item, i) => (
              <Question key={i} item={item} number={i + 1} />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Question({ item, number }: { item: ReportQuestion; number: number }) {
  const [chosen, setChosen] = useState<number | null>(null);
  return (
    <fieldset>
      <legend>
        {number}. {item.question}
      </legend>
      {item.options.map((option, i) => (
        <label key={i}>
          <input type="radio" name={`question-${number}`} checked={chosen === i} onChange={() => setChosen(i)} />
          <span class={chosen !== null && i === item.correct ? "right" : chosen === i ? "wrong" : ""}>
            {option}
            {chosen !== null && i === item.correct && " ✓"}
          </span>
        </label>
      ))}
      <p class="reason" role="status">
        {chosen !== null && (
          <>
            <strong class={chosen === item.correct ? "right" : "wrong"}>{chosen === item.correct ? "Right. " : "Not so. "}</strong>
            {item.reason}
          </>
        )}
      </p>
    </fieldset>
  );
}
