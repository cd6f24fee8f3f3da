// Says in one sentence where a train is.
import { sentence } from "./lib/sentence.mjs";

export const handler = async (event) => {
  const train = (event.Details.Parameters.Train ?? "").replace(/\D/g, "");
  if (train === "") return { Known: "no", Sentence: sentence() };
  const url = new URL(`trains/${train}`, process.env.API);
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (answer.status === 404) return { Known: "no", Sentence: sentence() };
  if (!answer.ok) throw new Error(`the timetable answered ${answer.status}`);
  const { destination, minutesLate } = await answer.json();
  return { Known: "yes", Sentence: sentence(destination, minutesLate) };
};
